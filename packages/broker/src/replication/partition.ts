import type { AppendOutcome, AppendRejection } from '../log/append-outcome.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import type { AppendListener } from '../log/partition-log-options.ts';
import type { PartitionImage } from '../metadata/metadata-image.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { Acknowledgements, firstError, NO_ERROR } from './acknowledgements.ts';
import { DelayedDeletions } from './delayed-deletions.ts';
import type { WatchedPartition } from './delayed-fetch.ts';
import type { FollowerFetch, FollowerPulse } from './follower-progress.ts';
import type { LeaderAppend, PartitionAppend, PartitionDeletion } from './leader-append.ts';
import { type IsrProposal, Leadership, type LeadershipEffects, type ReadableFollower } from './leadership.ts';
import { PartitionHold } from './partition-hold.ts';
import type { PartitionOptions, PartitionSurroundings } from './partition-options.ts';
import { PartitionReaders } from './partition-readers.ts';

/** Up to where a reader sees. */
export type ReadIsolation = 'log-end' | 'high-watermark' | 'last-stable-offset';

/**
 * One partition that this broker holds a replica of, with its log. All that depends on leadership happens
 * synchronously: between the look at the leader epoch and the queueing of an append nothing else runs.
 */
export class Partition implements AppendListener {
  readonly topic: string;
  readonly topicId: string;
  readonly partition: number;
  #log: PartitionLog;
  readonly #hold = new PartitionHold();
  readonly #nodeId: number;
  readonly #surroundings: PartitionSurroundings;
  readonly #acknowledgements = new Acknowledgements();
  readonly #deletions = new DelayedDeletions();
  readonly #readers: PartitionReaders;
  #appendedBytes = 0;
  /** Taken over from a leader, and not known to be committed. */
  #followedBytes = 0;
  #followerMoved: () => void = () => {};
  #image: PartitionImage;
  #minInSyncReplicas: number;
  /** Null while another broker leads, or nobody. */
  #leadership: Leadership | null = null;
  #isClosed = false;

  constructor(options: PartitionOptions) {
    this.topic = options.topic;
    this.topicId = options.topicId;
    this.partition = options.partition;
    this.#log = options.log;
    this.#nodeId = options.nodeId;
    this.#surroundings = options.surroundings;
    this.#image = options.image;
    this.#minInSyncReplicas = options.minInSyncReplicas;
    this.#readers = new PartitionReaders(this.log);
    this.#log.listen(this);
    this.#lead();
  }

  /** Another one after the replica has moved to another log directory. */
  get log(): PartitionLog {
    return this.#log;
  }

  get isLeader(): boolean {
    return this.#leadership !== null;
  }

  get leaderId(): number {
    return this.#image.leader;
  }

  get leaderEpoch(): number {
    return this.#image.leaderEpoch;
  }

  /** The in-sync replicas, as far as this broker knows. */
  get isr(): readonly number[] {
    return this.#leadership?.isr ?? this.#image.isr;
  }

  get highWatermark(): number {
    return this.log.highWatermark;
  }

  /** The first offset whose fate is open: transactions undecided or records not on all in-sync replicas. */
  get lastStableOffset(): number {
    return this.log.lastStableOffset;
  }

  /** Below this no active replica has records; that of the log where another broker leads. */
  get lowWatermark(): number {
    return this.#leadership?.lowWatermark ?? this.log.logStartOffset;
  }

  /** Where the first record of this leader's epoch lies or will lie; null where another broker leads. */
  get epochStartOffset(): number | null {
    return this.#leadership?.epochStartOffset ?? null;
  }

  /** Set while a new leader's high watermark has not reached the start of its epoch: "latest" is not known then. */
  get isCatchingUp(): boolean {
    return this.#leadership !== null && this.highWatermark < this.#leadership.epochStartOffset;
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
    const leadership = this.#leadership;
    const refusal = this.refusalOf(-1, true);
    if (refusal !== ErrorCode.NONE) return rejected(refusal, 'This broker cannot take it');
    if (leadership === null || this.#hold.isHeld)
      return rejected(ErrorCode.NOT_LEADER_OR_FOLLOWER, 'This broker does not lead the partition');
    // Afterwards nobody is told so: the high watermark stands still while too few are in sync (KIP-966).
    if (append.requiredAcks === -1 && leadership.isBelowMinimum) {
      const text = `${leadership.isr.length} replicas are in sync, ${leadership.requiredInSync} are required`;
      return rejected(ErrorCode.NOT_ENOUGH_REPLICAS, text);
    }
    const outcome = this.log.appendAsLeader(batches, { ...append, leaderEpoch: this.leaderEpoch });
    if (outcome.kind === 'rejected') return outcome;
    this.#appendedBytes += outcome.info.sizeInBytes;
    return { kind: 'queued', info: outcome.info, done: this.#doneWhen(append.requiredAcks, outcome) };
  }

  /** Moves the log start to `offset` (-1: the high watermark); the followers do so when they hear of it. */
  deleteRecordsBefore(offset: number): PartitionDeletion {
    const refused = (errorCode: number): PartitionDeletion => ({ kind: 'refused', errorCode });
    const refusal = this.refusalOf(-1, true);
    if (refusal !== ErrorCode.NONE) return refused(refusal);
    const { cleanupPolicy } = this.log.config;
    if (cleanupPolicy.includes('compact') && !cleanupPolicy.includes('delete'))
      return refused(ErrorCode.POLICY_VIOLATION);
    const target = offset === -1 ? this.highWatermark : offset;
    if (target < 0 || target > this.highWatermark) return refused(ErrorCode.OFFSET_OUT_OF_RANGE);
    this.log.advanceLogStartOffset(target);
    this.disturb();
    const done = target <= this.lowWatermark ? NO_ERROR : this.#deletions.await(target);
    return { kind: 'deleting', done };
  }

  /** Takes over what the metadata says; fails everybody who waits when leadership has gone or changed epoch. */
  onMetadata(image: PartitionImage, minInSyncReplicas: number): void {
    const isNewEpoch = image.leaderEpoch !== this.#image.leaderEpoch;
    this.#image = image;
    this.#minInSyncReplicas = minInSyncReplicas;
    if (isNewEpoch) {
      this.#resign(ErrorCode.NOT_LEADER_OR_FOLLOWER);
      this.#lead();
      this.disturb();
      return;
    }
    const nowMs = this.#surroundings.clock.monotonicMs();
    if (this.#leadership === null) return;
    this.#carryOut(this.#leadership.metadataChanged(image, nowMs));
    this.#carryOut(this.#leadership.configChanged(minInSyncReplicas, nowMs));
  }

  /** Brokers have come, have gone or were fenced. */
  brokersChanged(): void {
    if (this.#leadership === null || this.#image.replicas.length === 1) return;
    this.#carryOut(this.#leadership.brokersChanged(this.#surroundings.clock.monotonicMs()));
  }

  /** A follower has fetched, and found in `leaderEpoch` that what it has is this log's. */
  followerFetched(fetch: FollowerFetch, leaderEpoch: number): void {
    if (this.#leadership?.leaderEpoch !== leaderEpoch) return;
    this.#carryOut(this.#leadership.followerFetched(fetch, this.#surroundings.clock.monotonicMs()));
  }

  /** The session by which a follower has fetched goes on without this partition, or is over. */
  followerLeft(replicaId: number, pulse: FollowerPulse): void {
    this.#leadership?.followerLeft(replicaId, pulse);
  }

  /** In-sync followers that have the record at `offset`; none where another broker leads. */
  followersWith(offset: number): readonly ReadableFollower[] {
    return this.#leadership?.followersWith(offset) ?? [];
  }

  /** To be called every half of `replica.lag.time.max.ms`. */
  checkLag(): void {
    if (this.#leadership === null || this.#image.replicas.length === 1) return;
    this.#carryOut(this.#leadership.tick(this.#surroundings.clock.monotonicMs()));
  }

  /** How far the leader was when it gave what is written now. */
  leaderTold({ highWatermark, logStartOffset }: { highWatermark: number; logStartOffset: number }): void {
    if (this.isLeader || this.#isClosed) return;
    const before = this.log.highWatermark;
    if (highWatermark > before) this.log.updateHighWatermark(highWatermark);
    if (logStartOffset <= this.log.highWatermark) this.log.advanceLogStartOffset(logStartOffset);
    if (this.log.highWatermark === before) return;
    // How many of the bytes became readable is known only when all of them did.
    const isAll = this.log.highWatermark === this.log.logEndOffset;
    this.#readers.committedGrew(isAll ? Math.max(1, this.#followedBytes) : 1, this.log);
    if (isAll) this.#followedBytes = 0;
  }

  /** Has whoever follows the leader told of every move of the log's end. */
  onFollowerMoved(listener: () => void): void {
    this.#followerMoved = listener;
  }

  /** Queues whole batches of the leader; see `FollowerLog.append`. */
  appendAsFollower(batches: Uint8Array): AppendOutcome {
    if (this.#hold.isHeld) return rejected(ErrorCode.NOT_LEADER_OR_FOLLOWER, 'The replica is being moved');
    const outcome = this.log.follower.append(batches);
    if (outcome.kind !== 'rejected') this.#followedBytes += outcome.info.sizeInBytes;
    return outcome;
  }

  /** Null, unless appends have to wait for a moment; resolves when they are taken again. */
  get whenFree(): Promise<void> | null {
    return this.#hold.ended;
  }

  /**
   * Holds back whoever would change the log, while `move` makes another one of it that has the same records, and goes
   * on with that; with null nothing has changed. To be called by one at a time.
   */
  async exchangeLog(move: () => Promise<PartitionLog | null>): Promise<void> {
    await this.#hold.during(async () => {
      await this.log.follower.whenCut();
      const log = await move();
      if (log === null) return;
      const former = this.#log;
      log.updateHighWatermark(former.highWatermark);
      log.advanceLogStartOffset(Math.min(former.logStartOffset, log.highWatermark));
      log.verifications.takeOver(former.verifications);
      this.#log = log;
      log.listen(this);
      if (this.#leadership !== null) log.beginEpoch(this.#leadership.leaderEpoch);
    });
    this.disturb();
  }

  /** From here on nothing is appended or read. The log itself is closed by its owner. */
  retire(): void {
    this.#isClosed = true;
    this.#resign(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    this.#followerMoved = () => {};
    this.disturb();
  }

  /** What is to be watched by a reader of that isolation. */
  watched(isolation: ReadIsolation): WatchedPartition {
    return this.#readers.waiting(isolation);
  }

  /** Wakes all who wait, whatever they wait for. */
  disturb(): void {
    this.#readers.disturb();
  }

  /** Begins the epoch of the metadata where this broker leads in it. */
  #lead(): void {
    const { leader, leaderEpoch } = this.#image;
    if (leader !== this.#nodeId || this.#isClosed) return;
    if (this.log.isCutting) {
      void this.#leadLater(leaderEpoch);
      return;
    }
    const { clock, maxLagMs, activeEpochOf } = this.#surroundings;
    const { acknowledgedEndOffset, logStartOffset, highWatermark } = this.log;
    this.#leadership = new Leadership(
      {
        nodeId: this.#nodeId,
        partition: this.#image,
        minInSyncReplicas: this.#minInSyncReplicas,
        maxLagMs,
        epochStartOffset: this.log.beginEpoch(leaderEpoch),
        endOffset: acknowledgedEndOffset,
        logStartOffset,
        highWatermark,
        activeEpochOf,
      },
      clock.monotonicMs(),
    );
    this.#ownLogMoved();
  }

  /** A follower's log was being cut off when it was elected: where it ends is known only afterwards. */
  async #leadLater(leaderEpoch: number): Promise<void> {
    await this.log.follower.whenCut();
    if (this.leaderEpoch !== leaderEpoch || this.isLeader) return;
    this.#lead();
    if (!this.isLeader) return;
    this.disturb();
    this.#surroundings.ledLate(this);
  }

  #resign(errorCode: number): void {
    this.#leadership = null;
    this.#acknowledgements.failAll(errorCode);
    this.#deletions.failAll(errorCode);
  }

  /** Told by the log. */
  endMoved(): void {
    // Some of it may be on its way still; whoever waits for more than is there waits again.
    const bytes = Math.max(1, this.#appendedBytes);
    this.#appendedBytes = 0;
    this.#ownLogMoved();
    this.#readers.logGrew(bytes);
    this.#followerMoved();
  }

  /** Told by the log: retention, or a deletion of records; or the leader's, which is followed. */
  startMoved(): void {
    this.#ownLogMoved();
    this.#readers.moved();
    // A transaction may have lost its first records, and no longer hold anybody back there.
    this.#readers.stableMoved(this.log);
  }

  #ownLogMoved(): void {
    if (this.#leadership === null) return;
    const { acknowledgedEndOffset: endOffset, logStartOffset } = this.log;
    const nowMs = this.#surroundings.clock.monotonicMs();
    this.#carryOut(this.#leadership.ownLogMoved({ endOffset, logStartOffset }, nowMs));
  }

  /** Told by the log: the disk was full, what was queued will not be, and is asked for again. */
  rolledBack(): void {
    this.#acknowledgements.failAbove(this.log.logEndOffset, ErrorCode.KAFKA_STORAGE_ERROR);
  }

  /** Told by the log: records in it are not as they were written. */
  damaged(): void {
    this.#surroundings.damaged(this);
  }

  /** The disk refused: nothing that waits will be committed. */
  onLogFailed(): void {
    this.#acknowledgements.failAll(ErrorCode.KAFKA_STORAGE_ERROR);
    this.#deletions.failAll(ErrorCode.KAFKA_STORAGE_ERROR);
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

  /** Carries out what follows from an event. */
  #carryOut({ highWatermark, proposal }: LeadershipEffects): void {
    if (highWatermark !== null) {
      this.log.updateHighWatermark(highWatermark);
      // A new leader has nobody who waits for what its predecessors have appended, and yet it can be read now.
      const bytes = this.#acknowledgements.acknowledgeTo(highWatermark);
      this.#readers.committedGrew(Math.max(1, bytes), this.log);
      this.#readers.moved();
    }
    if (!this.#deletions.isEmpty) this.#deletions.completeTo(this.lowWatermark);
    if (proposal !== null) void this.#propose(proposal);
  }

  async #propose(proposal: IsrProposal): Promise<void> {
    const leadership = this.#leadership;
    const { alterIsr, clock } = this.#surroundings;
    const answer = await alterIsr(this, proposal);
    if (leadership === null || leadership !== this.#leadership) return;
    this.#carryOut(leadership.isrAnswered(answer, clock.monotonicMs()));
  }
}

function rejected(errorCode: number, message: string): AppendRejection {
  return { kind: 'rejected', errorCode, message, recordErrors: [] };
}
