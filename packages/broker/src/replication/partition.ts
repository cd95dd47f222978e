import type { AppendOrigin, AppendOutcome, AppendRejection, LogAppendInfo } from '../log/append-outcome.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import type { OpenedRecords } from '../log/recompression.ts';
import type { PartitionImage } from '../metadata/metadata-image.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { Acknowledgements } from './acknowledgements.ts';
import type { PartitionMark, PartitionWatch, WatchedPartition } from './delayed-fetch.ts';
import { type LeaderEvent, type LeaderState, step } from './leader-state.ts';

export interface PartitionOptions {
  readonly topic: string;
  readonly topicId: string;
  readonly partition: number;
  readonly nodeId: number;
  readonly log: PartitionLog;
  readonly image: PartitionImage;
  /** `min.insync.replicas` of the topic. */
  readonly minInSyncReplicas: number;
}

export interface LeaderAppend {
  readonly origin: AppendOrigin;
  /** 0 and 1: done when the leader has written; -1: done when all in-sync replicas have. */
  readonly requiredAcks: number;
  /** The batch's records, where they were opened before. */
  readonly opened?: OpenedRecords | undefined;
}

/** What became of an append. `done` never rejects: `NONE`, or why it is certain that nobody was promised anything. */
export type PartitionAppend =
  | { readonly kind: 'queued'; readonly info: LogAppendInfo; readonly done: Promise<number> }
  | AppendRejection;

/** Up to where a reader sees. */
export type ReadIsolation = 'log-end' | 'high-watermark' | 'last-stable-offset';

/**
 * One partition that this broker holds a replica of, with its log. All that depends on leadership happens
 * synchronously: between the look at the leader epoch and the queueing of an append nothing else runs.
 */
export class Partition implements WatchedPartition {
  readonly topic: string;
  readonly topicId: string;
  readonly partition: number;
  readonly log: PartitionLog;
  readonly #nodeId: number;
  readonly #acknowledgements = new Acknowledgements();
  readonly #watches = new Set<PartitionWatch>();
  #image: PartitionImage;
  #minInSyncReplicas: number;
  #state: LeaderState;
  /** Where this leader's first record lies or will lie; consumers wait until the high watermark is there. */
  #epochStartOffset: number;
  #readableBytes = 0;
  #disturbances = 0;
  #isClosed = false;

  constructor(options: PartitionOptions) {
    this.topic = options.topic;
    this.topicId = options.topicId;
    this.partition = options.partition;
    this.log = options.log;
    this.#nodeId = options.nodeId;
    this.#image = options.image;
    this.#minInSyncReplicas = options.minInSyncReplicas;
    this.#epochStartOffset = this.log.logEndOffset;
    this.#state = {
      logEndOffsets: new Map([[this.#nodeId, this.log.acknowledgedEndOffset]]),
      maximalIsr: new Set(this.#image.isr),
      minInSyncReplicas: this.#effectiveMinInSyncReplicas(),
      highWatermark: this.log.highWatermark,
    };
    this.#logEndMoved();
    this.log.listen({ endMoved: () => this.#logEndMoved(), rolledBack: () => this.#rolledBack() });
  }

  get isLeader(): boolean {
    return this.#image.leader === this.#nodeId && !this.#isClosed;
  }

  get leaderId(): number {
    return this.#image.leader;
  }

  get leaderEpoch(): number {
    return this.#image.leaderEpoch;
  }

  get highWatermark(): number {
    return this.#state.highWatermark;
  }

  /** The first offset whose fate is open: transactions undecided or records not on all in-sync replicas. */
  get lastStableOffset(): number {
    return this.log.lastStableOffset;
  }

  /** Set while a new leader's high watermark has not reached the start of its epoch: "latest" is not known then. */
  get isCatchingUp(): boolean {
    return this.highWatermark < this.#epochStartOffset;
  }

  /** Where a reader of that isolation stops. */
  endFor(isolation: ReadIsolation): number {
    switch (isolation) {
      case 'log-end':
        return this.log.logEndOffset;
      case 'high-watermark':
        return this.highWatermark;
      case 'last-stable-offset':
        return this.lastStableOffset;
    }
  }

  /**
   * `NONE`, or why a request with that epoch (-1: it names none) is not served: KAFKA_STORAGE_ERROR,
   * FENCED_LEADER_EPOCH, UNKNOWN_LEADER_EPOCH, or NOT_LEADER_OR_FOLLOWER where only the leader will do.
   */
  refusalOf(currentLeaderEpoch: number, requireLeader: boolean): number {
    if (this.#isClosed) return ErrorCode.NOT_LEADER_OR_FOLLOWER;
    if (this.log.isOffline) return ErrorCode.KAFKA_STORAGE_ERROR;
    if (currentLeaderEpoch >= 0 && currentLeaderEpoch < this.leaderEpoch)
      return ErrorCode.FENCED_LEADER_EPOCH;
    if (currentLeaderEpoch > this.leaderEpoch) return ErrorCode.UNKNOWN_LEADER_EPOCH;
    if (requireLeader && !this.isLeader) return ErrorCode.NOT_LEADER_OR_FOLLOWER;
    return ErrorCode.NONE;
  }

  /** Appends complete batches whose buffer is given away: offsets and epoch are assigned in it. Synchronous. */
  appendAsLeader(batches: Uint8Array, append: LeaderAppend): PartitionAppend {
    if (!this.isLeader)
      return rejected(ErrorCode.NOT_LEADER_OR_FOLLOWER, 'This broker does not lead the partition');
    const { minInSyncReplicas } = this.#state;
    if (append.requiredAcks === -1 && this.#image.isr.length < minInSyncReplicas) {
      return rejected(
        ErrorCode.NOT_ENOUGH_REPLICAS,
        `${this.#image.isr.length} replicas are in sync, ${minInSyncReplicas} are required`,
      );
    }
    const outcome = this.log.appendAsLeader(batches, {
      origin: append.origin,
      leaderEpoch: this.leaderEpoch,
      opened: append.opened,
    });
    if (outcome.kind === 'rejected') return outcome;
    return { kind: 'queued', info: outcome.info, done: this.#doneWhen(append.requiredAcks, outcome) };
  }

  /** Moves the log start to `offset` (-1: the high watermark). Returns an error code. */
  deleteRecordsBefore(offset: number): number {
    if (!this.isLeader) return ErrorCode.NOT_LEADER_OR_FOLLOWER;
    if (this.log.isOffline) return ErrorCode.KAFKA_STORAGE_ERROR;
    const { cleanupPolicy } = this.log.config;
    if (cleanupPolicy.includes('compact') && !cleanupPolicy.includes('delete'))
      return ErrorCode.POLICY_VIOLATION;
    const target = offset === -1 ? this.highWatermark : offset;
    if (target < 0 || target > this.highWatermark) return ErrorCode.OFFSET_OUT_OF_RANGE;
    this.log.advanceLogStartOffset(target);
    this.disturb();
    return ErrorCode.NONE;
  }

  /** Takes over what the metadata says; fails everybody who waits when leadership has gone or changed epoch. */
  onMetadata(image: PartitionImage, minInSyncReplicas: number): void {
    const isNewEpoch = image.leaderEpoch !== this.#image.leaderEpoch;
    this.#image = image;
    this.#minInSyncReplicas = minInSyncReplicas;
    if (isNewEpoch) {
      this.#acknowledgements.failAll(ErrorCode.NOT_LEADER_OR_FOLLOWER);
      this.#epochStartOffset = this.log.logEndOffset;
      this.disturb();
    }
    this.#happened({
      kind: 'replicas-changed',
      maximalIsr: new Set(image.isr),
      minInSyncReplicas: this.#effectiveMinInSyncReplicas(),
    });
  }

  /** From here on nothing is appended or read. The log itself is closed by its owner. */
  retire(): void {
    this.#isClosed = true;
    this.#acknowledgements.failAll(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    this.disturb();
  }

  mark(): PartitionMark {
    return { readableBytes: this.#readableBytes, disturbances: this.#disturbances };
  }

  watch(watch: PartitionWatch): void {
    this.#watches.add(watch);
  }

  unwatch(watch: PartitionWatch): void {
    this.#watches.delete(watch);
  }

  /** Wakes all who wait, whatever they wait for. */
  disturb(): void {
    this.#disturbances += 1;
    for (const watch of [...this.#watches]) watch.disturbed();
  }

  #logEndMoved(): void {
    const logEndOffset = this.log.acknowledgedEndOffset;
    this.#happened({ kind: 'log-end-moved', replicaId: this.#nodeId, logEndOffset });
  }

  /** The disk was full: what was queued will not be, and is asked for again. */
  #rolledBack(): void {
    this.#acknowledgements.failAbove(this.log.logEndOffset, ErrorCode.KAFKA_STORAGE_ERROR);
  }

  /** The disk refused: nothing that waits will be committed. */
  onLogFailed(): void {
    this.#acknowledgements.failAll(ErrorCode.KAFKA_STORAGE_ERROR);
    this.disturb();
  }

  #doneWhen(requiredAcks: number, outcome: Exclude<AppendOutcome, AppendRejection>): Promise<number> {
    const { info, completion } = outcome;
    const endOffset = info.lastOffset + 1;
    const committed =
      endOffset <= this.highWatermark ? NO_ERROR : this.#acknowledgements.await(endOffset, info.sizeInBytes);
    // Nobody waits for an answer, so nobody waits for a sync either.
    if (requiredAcks === 0 && this.log.config.flushBeforeAck) return NO_ERROR;
    if (requiredAcks !== -1) return completion;
    return outcome.kind === 'duplicate' ? firstError(completion, committed) : committed;
  }

  #happened(event: LeaderEvent): void {
    const { state, effects } = step(this.#state, event);
    this.#state = state;
    for (const { to } of effects) {
      this.log.updateHighWatermark(to);
      this.#grew(this.#acknowledgements.acknowledgeTo(to));
    }
  }

  #grew(bytes: number): void {
    if (bytes === 0) return;
    this.#readableBytes += bytes;
    for (const watch of [...this.#watches]) watch.readableGrew(bytes);
  }

  #effectiveMinInSyncReplicas(): number {
    return Math.min(this.#minInSyncReplicas, this.#image.replicas.length);
  }
}

const NO_ERROR: Promise<number> = Promise.resolve(ErrorCode.NONE);

/** When both are done: the first error, or none. */
async function firstError(one: Promise<number>, other: Promise<number>): Promise<number> {
  const [code, otherCode] = await Promise.all([one, other]);
  return code === ErrorCode.NONE ? otherCode : code;
}

function rejected(errorCode: number, message: string): AppendRejection {
  return { kind: 'rejected', errorCode, message, recordErrors: [] };
}
