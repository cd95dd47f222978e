import { maxTimestampAt } from '../protocol/record-batch.ts';
import type { Clock, Timer } from '../runtime/clock.ts';
import type { Disk } from '../runtime/disk.ts';
import { invariant } from '../runtime/invariant.ts';
import type { Logger } from '../runtime/logger.ts';
import type { Random } from '../runtime/random.ts';
import { CommitWaiters } from './commit-waiters.ts';
import { CommittedReplay } from './committed-replay.ts';
import { EffectQueue } from './effect-queue.ts';
import { batchesIn } from './loaded-batch.ts';
import { LogFlusher } from './log-flusher.ts';
import type { ReplicatedMetadataLog } from './metadata-log.ts';
import { MetadataSnapshots, type SnapshotSource } from './metadata-snapshots.ts';
import { openQuorum } from './opened-quorum.ts';
import { leaderChangeBatch, recordsBatch } from './own-batches.ts';
import { NOT_AVAILABLE, PendingAnswers } from './pending-answers.ts';
import { CompanyEffects, type QuorumCompany } from './quorum-company.ts';
import type { QuorumAppend, QuorumListener } from './quorum-listener.ts';
import { type QuorumState, writeQuorumState } from './quorum-state.ts';
import { QuorumTime } from './quorum-time.ts';
import type { RaftEffect, RaftEvent } from './raft-event.ts';
import type { AnswerTo, RaftRequest, RefusedRequest } from './raft-messages.ts';
import {
  DEFAULT_TIMING,
  initialRaftState,
  otherVoters,
  type RaftState,
  type RaftTiming,
} from './raft-state.ts';
import { nextWakeMs, raftStep } from './raft-step.ts';
import { isSuccessionOver } from './roles/resigned.ts';
import type { SnapshotFiles } from './snapshot-files.ts';
import type { SnapshotRetention } from './snapshot-retention.ts';
import { SpaceWait } from './space-wait.ts';
import type { VoterNode } from './voter-set.ts';

export interface MetadataQuorumNeeds {
  readonly log: ReplicatedMetadataLog;
  /** Those of the log, beside it. */
  readonly snapshots: SnapshotFiles;
  /** All is kept unless given. */
  readonly retention?: SnapshotRetention;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly clusterId: string;
  /** This node, as other controllers reach it. */
  readonly voter: VoterNode;
  /** Path of Kafka's `quorum-state` file. */
  readonly quorumStatePath: string;
  /** Without it this node is the only voter. */
  readonly company?: QuorumCompany;
  /** Kafka's defaults unless given. */
  readonly timing?: RaftTiming;
}

/**
 * Carries out what {@link ./raft-step.ts} decides, on a log, a disk and a clock. Appends are synchronous and lie in
 * the log in the order of the calls; one flush commits everything that was written before it.
 */
export class MetadataQuorum {
  readonly #needs: MetadataQuorumNeeds;
  readonly #listener: QuorumListener;
  readonly #effects: EffectQueue;
  readonly #flusher: LogFlusher;
  readonly #waiters = new CommitWaiters();
  readonly #elected = Promise.withResolvers<void>();
  readonly #answers: PendingAnswers;
  #state: RaftState;
  #timer: Timer | null = null;
  readonly #time: QuorumTime;
  readonly #space: SpaceWait;
  #isStopped = false;
  readonly #company: CompanyEffects | null;
  readonly #snapshots: MetadataSnapshots;
  readonly #replay: CommittedReplay;
  #replayed: Promise<void> = Promise.resolve();
  #onSuccession: (() => void) | null = null;

  constructor(needs: MetadataQuorumNeeds, listener: QuorumListener) {
    const { clusterId, voter, company, timing = DEFAULT_TIMING } = needs;
    const onFailed = (reason: unknown): void => this.#fail(reason);
    this.#needs = needs;
    this.#listener = listener;
    this.#state = initialRaftState({
      clusterId,
      self: voter,
      voters: company?.voters ?? [voter],
      bootstrapServers: company?.bootstrapServers ?? [],
      timing,
    });
    this.#time = new QuorumTime(needs.clock);
    // The only voter writes its vote when it starts, and a start says at once that there is no space.
    this.#space = new SpaceWait(needs, { mayWait: company !== undefined });
    this.#effects = new EffectQueue((effect) => this.#carryOut(effect), onFailed);
    this.#flusher = new LogFlusher(needs, {
      flushed: ({ endOffset, truncations }, tookMs) =>
        this.#handle({ kind: 'flushed', endOffset, truncations, tookMs }),
      failed: onFailed,
    });
    this.#elected.promise.catch(() => {});
    const handle = (event: RaftEvent): void => this.#handle(event);
    const { log, snapshots: files, clock, logger, retention = KEEP_ALL } = needs;
    const state = (): RaftState => this.#state;
    this.#snapshots = new MetadataSnapshots({ log, files, clock, logger, retention, state, handle });
    this.#replay = new CommittedReplay(log, files, {
      onSnapshot: () => {
        this.#snapshots.reset();
        return listener.onSnapshot();
      },
      onBatch: (batch) => {
        this.#snapshots.noteRecords(batch);
        listener.onBatch(batch);
      },
    });
    const replayed = (): Promise<void> => this.#replayed;
    this.#answers = new PendingAnswers({
      ...{ log, snapshots: files, flusher: this.#flusher, state, failed: onFailed },
    });
    const work = { log, snapshots: files, flusher: this.#flusher, handle, replayed };
    this.#company = company === undefined ? null : new CompanyEffects(company, work);
  }

  get state(): RaftState {
    return this.#state;
  }

  /** By which the times in {@link state} are to be read. */
  get nowMs(): number {
    return this.#time.nowMs;
  }

  /** This node. */
  get voter(): VoterNode {
    return this.#needs.voter;
  }

  /** How much of the log no snapshot stands for. */
  get bytesSinceSnapshot(): number {
    return this.#snapshots.bytesSinceLast;
  }

  /** Begins with a snapshot of what is committed, if there is none that says as much, and none under way. */
  takeSnapshot(source: SnapshotSource): void {
    if (!this.#isStopped) this.#snapshots.take(source);
  }

  /** Drops parts of the log that have grown too old since that was last looked at. */
  retainNow(): void {
    if (!this.#isStopped) this.#snapshots.retainNow();
  }

  /**
   * Reads the log and takes part in the quorum. The only voter replays it to the listener, and this resolves once it
   * leads: what is appended then is committed together with the leader's first batch.
   */
  async start(): Promise<void> {
    const { log, company } = this.#needs;
    const isAlone = company === undefined;
    const known = { isAlone, voters: company?.voters ?? [] };
    const found = await openQuorum({ ...this.#needs, ...known, snapshots: this.#snapshots });
    if (isAlone) await this.#replay.upTo(log.endOffset, found.log.snapshots.at(-1) ?? null);
    // Others are told how far this log is on disk; what an earlier process wrote may be in the page cache only.
    else await log.flush();
    this.#handle({ kind: 'loaded', found });
    if (isAlone) await this.#elected.promise;
  }

  /**
   * Appends records as one batch: all of them are replayed or none. Must only be called on a leader, without an
   * await since that was checked.
   */
  append(values: readonly Uint8Array[]): QuorumAppend {
    const { role, log, epoch } = this.#state;
    invariant(role.name === 'leader', `append as ${role.name}`);
    const baseOffset = log.endOffset;
    const lastOffset = baseOffset + values.length - 1;
    const committed = this.#waiters.through(lastOffset);
    const bytes = recordsBatch(values, this.#needs.clock.wallMs());
    this.#handle({ kind: 'append', bytes, count: values.length });
    return { baseOffset, lastOffset, epoch, committed };
  }

  /** Answers another node of the quorum, at once or, to a fetch, when there is something to tell. */
  async answer<Request extends RaftRequest>(request: Request): Promise<AnswerTo<Request> | RefusedRequest> {
    // Whoever asks would wait for as long as the disk is full.
    if (this.#isStopped || this.#space.isWaiting) return NOT_AVAILABLE;
    return this.#answers.to(request, (requestId) => this.#handle({ kind: 'request', requestId, request }));
  }

  /** Stops taking appends, hands the lead over, waits for what is under way and closes the log. */
  async close(): Promise<void> {
    await this.#handOver();
    this.#handle({ kind: 'failed', reason: CLOSED });
    this.#stop(CLOSED);
    await this.#flusher.close();
    await this.#snapshots.close();
    await this.#needs.log.close();
  }

  /** A leader that goes says so, and who should come next: then nobody has to lose patience with it first. */
  async #handOver(): Promise<void> {
    if (this.#isStopped || this.#state.role.name !== 'leader' || otherVoters(this.#state).length === 0)
      return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onSuccession = resolve;
    this.#handle({ kind: 'resign' });
    const timer = this.#needs.clock.after(this.#state.identity.timing.electionTimeoutMs, resolve);
    await promise;
    timer.cancel();
  }

  #handle(event: RaftEvent): void {
    if (this.#isStopped) return;
    const { clock, random } = this.#needs;
    const { nowMs } = this.#time;
    const chance = (): number => random.uint32() / 2 ** 32;
    const { state, effects } = raftStep(this.#state, event, { nowMs, chance });
    this.#state = state;
    this.#effects.add(effects);
    this.#timer?.cancel();
    const wakeMs = nextWakeMs(this.#state, this.#time.nowMs);
    // Behind a turn that took long the timer comes first; what others have said meanwhile is heard before they are late.
    const wake = (): void => clock.soon(() => this.#handle({ kind: 'time' }));
    this.#timer =
      wakeMs === Infinity || this.#time.stands ? null : clock.after(wakeMs - this.#time.nowMs, wake);
    if (this.#onSuccession !== null && isSuccessionOver(this.#state)) this.#onSuccession();
  }

  /** Null for what is done at once. */
  #carryOut(effect: RaftEffect): Promise<void> | null {
    switch (effect.kind) {
      case 'persist':
        return this.#store(effect.state);
      case 'appendLeaderChange':
        this.#announceLeader(effect);
        return null;
      case 'append':
        this.#append(effect);
        return null;
      case 'flush':
        this.#flusher.flush(effect);
        return null;
      case 'reply':
        this.#answers.reply(effect.requestId, effect.response);
        return null;
      case 'replyWithRecords':
        void this.#answers.replyWithRecords(effect);
        return null;
      case 'replyWithSnapshot':
        void this.#answers.replyWithSnapshot(effect);
        return null;
      case 'leaderChanged':
        if (effect.isSelf) this.#elected.resolve();
        this.#listener.onLeaderChanged?.(effect);
        return null;
      case 'committed':
        if (this.#company === null) this.#commit(effect.highWatermark);
        else this.#replayAndCommit(effect.highWatermark);
        return null;
      case 'report':
        this.#needs.logger.warn({ ...effect.about }, `the metadata quorum ${effect.text}`);
        return null;
      case 'stop':
        this.#stop(effect.reason);
        return null;
      case 'truncate':
        return this.#forCompany('to cut off its log', effect);
      case 'storeSnapshotChunk':
        return this.#forCompany('to store a snapshot', effect);
      default:
        return this.#company?.carryOut(effect) ?? null;
    }
  }

  async #store(state: QuorumState): Promise<void> {
    const { disk, quorumStatePath } = this.#needs;
    const tookMs = await this.#whenSpace('to write down epoch and vote', () =>
      writeQuorumState(disk, quorumStatePath, state),
    );
    this.#handle({ kind: 'stored', tookMs });
  }

  async #forCompany(what: string, effect: RaftEffect): Promise<void> {
    await this.#whenSpace(what, async () => this.#company?.carryOut(effect) ?? undefined);
    this.#handle({ kind: 'time' });
  }

  /** Effects that come behind wait, and so does the node's patience with others, who do not hear of it meanwhile. */
  #whenSpace(what: string, work: () => Promise<void>): Promise<number> {
    return this.#time.standStillFor(this.#space.doing(what, work));
  }

  /** Listeners see the new state before any caller of `append` goes on. */
  #commit(highWatermark: number): void {
    this.#listener.onCommitted(highWatermark);
    this.#waiters.committed(highWatermark);
  }

  #replayAndCommit(highWatermark: number): void {
    this.#replayed = this.#replayed
      .then(() => this.#flusher.written())
      .then(() => this.#replay.upTo(highWatermark, this.#state.log.snapshots.at(-1) ?? null))
      .then(() => {
        if (!this.#isStopped) this.#commit(highWatermark);
      })
      .catch((reason: unknown) => this.#fail(reason));
  }

  #announceLeader(effect: Extract<RaftEffect, { kind: 'appendLeaderChange' }>): void {
    const { voter, clock } = this.#needs;
    const batch = leaderChangeBatch(effect, { id: voter.id, timestamp: clock.wallMs() });
    this.#append({ ...effect, bytes: batch });
    if (this.#company !== null) return;
    for (const loaded of batchesIn(batch)) this.#listener.onBatch(loaded);
  }

  #append({
    bytes,
    epoch,
    baseOffset: expected,
  }: {
    bytes: Uint8Array;
    epoch: number;
    baseOffset: number;
  }): void {
    const { baseOffset, written } = this.#needs.log.append(bytes, epoch);
    if (this.#company === null) {
      this.#snapshots.noteRecords({ sizeInBytes: bytes.length, timestamp: maxTimestampAt(bytes) });
    }
    invariant(baseOffset === expected, `metadata batch lies at ${baseOffset} and not at ${expected}`);
    this.#flusher.noteWrite(written);
  }

  #fail(reason: unknown): void {
    if (this.#isStopped) return;
    this.#needs.logger.error({ err: reason }, 'the metadata quorum cannot go on');
    this.#handle({ kind: 'failed', reason });
    this.#stop(reason);
  }

  #stop(reason: unknown): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#onSuccession?.();
    this.#effects.close();
    this.#space.stopWaiting();
    this.#timer?.cancel();
    this.#company?.close();
    this.#elected.reject(reason);
    this.#waiters.stop(reason);
    this.#answers.refuseAll();
    this.#listener.onStopped(reason);
  }
}

const KEEP_ALL: SnapshotRetention = { maxBytes: -1, maxAgeMs: -1 };
const CLOSED = new Error('the metadata quorum was closed');
