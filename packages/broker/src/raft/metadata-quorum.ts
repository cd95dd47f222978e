import { ErrorCode } from '../protocol/errors.ts';
import type { Clock, Timer } from '../runtime/clock.ts';
import type { Disk } from '../runtime/disk.ts';
import { invariant } from '../runtime/invariant.ts';
import type { Logger } from '../runtime/logger.ts';
import type { Random } from '../runtime/random.ts';
import { CommitWaiters } from './commit-waiters.ts';
import { CommittedReplay } from './committed-replay.ts';
import { EffectQueue } from './effect-queue.ts';
import { batchesIn, votersIn } from './loaded-batch.ts';
import { LogFlusher } from './log-flusher.ts';
import type { MetadataLog } from './metadata-log.ts';
import { leaderChangeBatch, recordsBatch } from './own-batches.ts';
import { CompanyEffects, type QuorumCompany } from './quorum-company.ts';
import type { QuorumAppend, QuorumListener } from './quorum-listener.ts';
import { readQuorumState, writeQuorumState } from './quorum-state.ts';
import type { RaftEffect, RaftEvent } from './raft-event.ts';
import type { AnswerTo, RaftRequest, RaftResponse, RefusedRequest } from './raft-messages.ts';
import { DEFAULT_TIMING, initialRaftState, type RaftState, type RaftTiming } from './raft-state.ts';
import { nextWakeMs, raftStep } from './raft-step.ts';
import { readBatches } from './record-answer.ts';
import type { VoterNode, VoterSet } from './voter-set.ts';

export interface MetadataQuorumNeeds {
  readonly log: MetadataLog;
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
  readonly #asked = new Map<number, (response: RaftResponse) => void>();
  #state: RaftState;
  #timer: Timer | null = null;
  #lastAsked = 0;
  #isStopped = false;
  readonly #company: CompanyEffects | null;
  readonly #replay: CommittedReplay;
  #replayed: Promise<void> = Promise.resolve();

  constructor(needs: MetadataQuorumNeeds, listener: QuorumListener) {
    const { clusterId, voter, company, timing = DEFAULT_TIMING } = needs;
    const onFailed = (reason: unknown): void => this.#fail(reason);
    this.#needs = needs;
    this.#listener = listener;
    const voters = company?.voters ?? [voter];
    this.#state = initialRaftState({ clusterId, self: voter, voters, timing });
    this.#effects = new EffectQueue((effect) => this.#carryOut(effect), onFailed);
    this.#flusher = new LogFlusher(needs.log, {
      flushed: ({ endOffset, truncations }) => this.#handle({ kind: 'flushed', endOffset, truncations }),
      failed: onFailed,
    });
    this.#elected.promise.catch(() => {});
    this.#replay = new CommittedReplay(needs.log, (batch) => listener.onBatch(batch));
    this.#company =
      company === undefined
        ? null
        : new CompanyEffects(company, {
            flusher: this.#flusher,
            handle: (event) => this.#handle(event),
          });
  }

  get state(): RaftState {
    return this.#state;
  }

  /** This node. */
  get voter(): VoterNode {
    return this.#needs.voter;
  }

  /**
   * Reads the log and takes part in the quorum. The only voter replays it to the listener, and this resolves once it
   * leads: what is appended then is committed together with the leader's first batch.
   */
  async start(): Promise<void> {
    const { log, disk, quorumStatePath } = this.#needs;
    const found = await this.#company?.load();
    const voterSets: VoterSet[] = [...(found?.voterSets ?? [])];
    for await (const chunk of log.read(log.startOffset)) {
      for (const batch of batchesIn(chunk)) {
        const voters = votersIn(batch);
        if (voters !== null) voterSets.push({ offset: batch.lastOffset, voters });
        if (this.#company === null) this.#listener.onBatch(batch);
      }
    }
    // Others are told how far this log is on disk; what an earlier process wrote may be in the page cache only.
    if (this.#company !== null) await log.flush();
    const stored = await readQuorumState(disk, quorumStatePath);
    const { startOffset, endOffset, epochs } = log;
    this.#handle({
      kind: 'loaded',
      found: {
        stored,
        log: { startOffset, endOffset, epochs, snapshots: found?.snapshots ?? [] },
        voterSets,
      },
    });
    if (this.#company === null) await this.#elected.promise;
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
    if (this.#isStopped) return NOT_AVAILABLE;
    const requestId = ++this.#lastAsked;
    const response = await new Promise<RaftResponse>((resolve) => {
      this.#asked.set(requestId, resolve);
      this.#handle({ kind: 'request', requestId, request });
    });
    invariant(isAnswerTo(request, response), `a ${request.api} request was answered by ${response.api}`);
    return response;
  }

  /** Stops taking appends, waits for what is under way and closes the log. */
  async close(): Promise<void> {
    this.#handle({ kind: 'failed', reason: CLOSED });
    this.#stop(CLOSED);
    await this.#flusher.close();
    await this.#needs.log.close();
  }

  #handle(event: RaftEvent): void {
    if (this.#isStopped) return;
    const { clock, random } = this.#needs;
    const nowMs = clock.monotonicMs();
    const chance = (): number => random.uint32() / 2 ** 32;
    const { state, effects } = raftStep(this.#state, event, { nowMs, chance });
    this.#state = state;
    this.#timer?.cancel();
    const wakeMs = nextWakeMs(state, nowMs);
    this.#timer =
      wakeMs === Infinity ? null : clock.after(wakeMs - nowMs, () => this.#handle({ kind: 'time' }));
    this.#effects.add(effects);
  }

  /** Null for what is done at once. */
  #carryOut(effect: RaftEffect): Promise<void> | null {
    switch (effect.kind) {
      case 'persist':
        return writeQuorumState(this.#needs.disk, this.#needs.quorumStatePath, effect.state);
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
        this.#reply(effect.requestId, effect.response);
        return null;
      case 'replyWithRecords':
        void this.#replyWithRecords(effect);
        return null;
      case 'replyWithSnapshot':
        void this.#replyWithSnapshot(effect);
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
      default:
        return this.#company?.carryOut(effect) ?? null;
    }
  }

  /** Listeners see the new state before any caller of `append` goes on. */
  #commit(highWatermark: number): void {
    this.#listener.onCommitted(highWatermark);
    this.#waiters.committed(highWatermark);
  }

  #replayAndCommit(highWatermark: number): void {
    this.#replayed = this.#replayed
      .then(() => this.#flusher.written())
      .then(() => this.#replay.upTo(highWatermark))
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
    invariant(baseOffset === expected, `metadata batch lies at ${baseOffset} and not at ${expected}`);
    this.#flusher.noteWrite(written);
  }

  #reply(requestId: number, response: RaftResponse): void {
    this.#asked.get(requestId)?.(response);
    this.#asked.delete(requestId);
  }

  /** Reading takes its time: by then the log may be another leader's, of which this answer must not tell. */
  async #replyWithRecords(effect: Extract<RaftEffect, { kind: 'replyWithRecords' }>): Promise<void> {
    const { requestId, response } = effect;
    try {
      await this.#flusher.written();
      const batches = await readBatches(this.#needs.log, effect);
      const { epoch, role } = this.#state;
      const isStill = role.name === 'leader' && epoch === response.epoch;
      const errorCode = isStill ? response.errorCode : ErrorCode.NOT_LEADER_OR_FOLLOWER;
      this.#reply(requestId, { ...response, errorCode, batches: isStill ? batches : [] });
    } catch (reason) {
      this.#fail(reason);
    }
  }

  async #replyWithSnapshot(effect: Extract<RaftEffect, { kind: 'replyWithSnapshot' }>): Promise<void> {
    const { requestId, response, maxBytes } = effect;
    const { snapshotId, position } = response;
    try {
      const bytes = snapshotId === null ? null : await this.#company?.read(snapshotId, position, maxBytes);
      this.#reply(requestId, { ...response, bytes: bytes ?? response.bytes });
    } catch (reason) {
      this.#fail(reason);
    }
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
    this.#effects.close();
    this.#timer?.cancel();
    this.#company?.close();
    this.#elected.reject(reason);
    this.#waiters.stop(reason);
    for (const requestId of this.#asked.keys()) this.#reply(requestId, NOT_AVAILABLE);
    this.#listener.onStopped(reason);
  }
}

function isAnswerTo<Request extends RaftRequest>(
  request: Request,
  response: RaftResponse,
): response is AnswerTo<Request> | RefusedRequest {
  return response.api === 'refused' || response.api === request.api;
}

const CLOSED = new Error('the metadata quorum was closed');
const NOT_AVAILABLE: RefusedRequest = { api: 'refused', errorCode: ErrorCode.BROKER_NOT_AVAILABLE };
