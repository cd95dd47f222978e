import { ErrorCode } from '../protocol/errors.ts';
import type { CompressionType } from '../protocol/record-batch.ts';
import type { Clock, Timer } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import { appendErrorToResponse } from './append-error.ts';
import { replayBatches } from './coordinator-batch.ts';
import type { CoordinatorLog } from './coordinator-log.ts';
import type { CoordinatorMachine, Decision, Instant, TransactionEnd } from './coordinator-machine.ts';
import type { CoordinatorTally } from './coordinator-tally.ts';
import { DecisionQueue, type PendingDecision } from './decision-queue.ts';
import { GatheredBatch, type ShardDecision } from './gathered-batch.ts';
import { RequestReply } from './request-reply.ts';

/** How long a timer event that could not be written waits before it is tried again. */
const WAKE_RETRY_MS = 500;

/** Timer events that are decided in one go; requests get their turn before the next ones. */
const WAKES_IN_A_TURN = 50;

/**
 * What may be decided and not committed yet. Whoever asks for more while the in-sync replicas are slow is told to ask
 * again, so that what waits for them does not grow with the patience of clients.
 */
const UNCOMMITTED_MAX_BYTES = 16 * 1024 * 1024;

/** A request that may change the machine; `refusal` shapes the answer for an error that concerns all of it. */
export interface WriteOperation<Machine, Response> {
  /** For the logger. */
  readonly name: string;
  decide(machine: Machine, now: Instant, replyTo: RequestReply<Response>): Decision;
  refusal(errorCode: number): Response;
}

export interface CoordinatorShardOptions<Machine> {
  readonly machine: Machine;
  readonly log: CoordinatorLog;
  readonly clock: Clock;
  readonly logger: Logger;
  /** An answer whose records are not committed after this time becomes COORDINATOR_NOT_AVAILABLE. */
  readonly writeTimeoutMs: number;
  /** Of the batches that are written. */
  readonly compression: CompressionType;
  /** How long decisions are gathered for one batch; null, or not given: those that are made together. */
  readonly lingerMs?: number | null;
  readonly tally: CoordinatorTally;
}

/**
 * One partition of a coordinator's topic in one leader epoch: loading → active → closed, or failed when its log
 * could not be read. Runs the machine's decisions in order and releases their answers in the same order, each
 * when all that was decided up to then is committed. What is decided together is written together.
 */
export class CoordinatorShard<Machine extends CoordinatorMachine> {
  readonly leaderEpoch: number;
  readonly #options: CoordinatorShardOptions<Machine>;
  readonly #pending: DecisionQueue;
  /** Holds the records of the newest decisions, which are not in the log yet; null when all are. */
  #gathered: GatheredBatch | null = null;
  #uncommittedBytes = 0;
  readonly #unanswered = new Set<{ fail(errorCode: number): void }>();
  #state: 'loading' | 'active' | 'failed' | 'closed' = 'loading';
  #wakeTimer: { readonly atMs: number; readonly timer: Timer } | null = null;

  constructor(options: CoordinatorShardOptions<Machine>) {
    this.#options = options;
    this.leaderEpoch = options.log.leaderEpoch;
    this.#pending = new DecisionQueue(options.clock, ({ mark, notes }) => {
      options.machine.timeline.commit(mark);
      for (const { fields, message } of notes) options.logger.info(fields, message);
    });
  }

  /** Why requests are refused at present; NONE when they are served. */
  get errorCode(): number {
    if (this.#state === 'active') return ErrorCode.NONE;
    return this.#state === 'loading' ? ErrorCode.COORDINATOR_LOAD_IN_PROGRESS : ErrorCode.NOT_COORDINATOR;
  }

  get isLoading(): boolean {
    return this.#state === 'loading';
  }

  /** Requests that have no answer yet. */
  get unanswered(): number {
    return this.#unanswered.size;
  }

  /** Of batches that the log has taken and that are not committed yet. */
  get uncommittedBytes(): number {
    return this.#uncommittedBytes;
  }

  /** For reading committed state. */
  get machine(): Machine {
    return this.#options.machine;
  }

  /** Replays the log, then serves. Never rejects. */
  async load(): Promise<void> {
    const { clock, log, logger, machine, tally } = this.#options;
    const startedMs = clock.monotonicMs();
    let records = 0;
    try {
      for await (const batches of log.replay()) {
        if (this.#state !== 'loading') return;
        records += replayBatches(machine, batches);
      }
    } catch (error) {
      // The partition cannot be served by this broker in this epoch; clients are sent away and look again.
      if (this.#state !== 'loading') return;
      this.#state = 'failed';
      logger.error({ err: error }, 'coordinator partition could not be loaded');
      return;
    }
    if (this.#state !== 'loading') return;
    this.#state = 'active';
    const tookMs = clock.monotonicMs() - startedMs;
    tally.replayedRecords += records;
    tally.times?.loading.note(tookMs);
    logger.debug({ records, tookMs }, 'coordinator partition loaded');
    this.#run('loaded', (now) => machine.loaded(now), null);
  }

  write<Response>(operation: WriteOperation<Machine, Response>): Promise<Response> {
    const reply = new RequestReply<Response>(operation.refusal, (settled) =>
      this.#unanswered.delete(settled),
    );
    if (this.#state !== 'active') {
      reply.fail(this.errorCode);
      return reply.promise;
    }
    this.#unanswered.add(reply);
    this.#run(operation.name, (now) => operation.decide(this.machine, now, reply), reply);
    return reply.promise;
  }

  /** Ends a transaction; resolves with `NONE` when its marker is committed, else with the reason. Never rejects. */
  completeTransaction(end: TransactionEnd): Promise<number> {
    return this.write<number>({
      name: 'WriteTxnMarkers',
      decide: (machine, _now, replyTo): ShardDecision => {
        machine.transactionEnded?.(end, end.isCommitted);
        return { records: [], answers: [replyTo.answer(ErrorCode.NONE)], end };
      },
      refusal: (errorCode) => errorCode,
    });
  }

  /** Decides about something that nobody waits for. Does nothing unless active. */
  decide(name: string, decide: (machine: Machine, now: Instant) => Decision): void {
    if (this.#state === 'active') this.#run(name, (now) => decide(this.machine, now), null);
  }

  /** Leadership is gone: whoever waits is told to look for the new coordinator. */
  close(errorCode: number): void {
    this.#state = 'closed';
    this.#wakeTimer?.timer.cancel();
    this.#dropGathered();
    this.#pending.clear();
    for (const request of [...this.#unanswered]) request.fail(errorCode);
  }

  /** False when nothing came of it: it failed, or could not be written. */
  #run(name: string, decide: (now: Instant) => ShardDecision, request: PendingDecision['request']): boolean {
    const { logger, machine } = this.#options;
    const now = this.#now();
    const mark = machine.timeline.begin();
    let decision: ShardDecision;
    try {
      decision = decide(now);
    } catch (error) {
      // A broken invariant in one decision must not leave half of it behind, nor stop the other groups.
      logger.error({ err: error, operation: name }, 'coordinator decision failed');
      this.#undo(mark);
      request?.fail(ErrorCode.UNKNOWN_SERVER_ERROR);
      return false;
    } finally {
      machine.timeline.end();
    }
    const pending: PendingDecision = {
      mark,
      answers: decision.answers,
      notes: decision.notes ?? [],
      request,
      expiresAtMs: now.monotonicMs + this.#options.writeTimeoutMs,
      committed: decision.records.length === 0 && decision.end === undefined,
    };
    this.#pending.add(pending);
    if (!pending.committed && !this.#gather(pending, decision)) return false;
    this.#pending.release();
    this.#armWake(0);
    return true;
  }

  /** Puts the records of the newest decision with those that wait to be written; false when it was undone instead. */
  #gather(pending: PendingDecision, decision: ShardDecision): boolean {
    const { lingerMs = null, log } = this.#options;
    if (this.#uncommittedBytes > UNCOMMITTED_MAX_BYTES) {
      this.#lose(pending, ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
      return false;
    }
    const isAlone = decision.transaction !== undefined || decision.end !== undefined;
    const hasRoom = !isAlone && this.#gathered?.hasRoomFor(decision.records, log.maxBatchBytes) !== false;
    // A batch that is refused takes everything with it that was decided later.
    if (!hasRoom && !this.#append()) return false;
    this.#gathered ??= this.#beginBatch();
    this.#gathered.add(pending, decision);
    return (lingerMs !== 0 && !isAlone) || this.#append();
  }

  #beginBatch(): GatheredBatch {
    const { clock, lingerMs = null } = this.#options;
    const batch = new GatheredBatch(clock.wallMs());
    const append = () => {
      if (this.#gathered === batch) this.#append();
    };
    if (lingerMs === null) clock.soon(append);
    else if (lingerMs > 0) batch.linger = clock.after(lingerMs, append);
    return batch;
  }

  /** Gives what is gathered to the log; false when that refuses it. */
  #append(): boolean {
    const { clock, compression, log, tally } = this.#options;
    const batch = this.#gathered;
    if (batch === null) return true;
    this.#dropGathered();
    const append = log.append(batch.bytes(compression), batch.terms);
    if (append.kind === 'rejected') {
      this.#lose(batch.decisions[0], append.errorCode);
      return false;
    }
    const { sizeInBytes } = batch;
    const appendedMs = clock.monotonicMs();
    this.#uncommittedBytes += sizeInBytes;
    tally.batches += 1;
    tally.batchBytes += sizeInBytes;
    void append.committed.then((errorCode) => {
      this.#uncommittedBytes -= sizeInBytes;
      if (errorCode === ErrorCode.NONE) {
        tally.times?.committing.note(clock.monotonicMs() - appendedMs);
        this.#committed(batch);
      } else this.#lose(batch.decisions[0], errorCode);
    });
    return true;
  }

  #dropGathered(): void {
    this.#gathered?.linger?.cancel();
    this.#gathered = null;
  }

  #committed({ decisions }: GatheredBatch): void {
    for (const decision of decisions) decision.committed = true;
    this.#pending.release();
  }

  /** A decision did not happen, and nothing that was decided after it. */
  #lose(first: PendingDecision | undefined, errorCode: number): void {
    const lost = first === undefined ? [] : this.#pending.takeFrom(first);
    if (first === undefined || lost.length === 0) return;
    const [gathered] = this.#gathered?.decisions ?? [];
    if (gathered !== undefined && lost.includes(gathered)) this.#dropGathered();
    this.#undo(first.mark);
    this.#options.tally.lostDecisions += lost.length;
    for (const decision of lost) this.#fail(decision, errorCode);
  }

  /** The request itself fails too, for a machine that was undone no longer knows that it waits. */
  #fail(decision: PendingDecision, appendErrorCode: number): void {
    const errorCode = appendErrorToResponse(appendErrorCode);
    for (const answer of decision.answers) answer.fail(errorCode);
    decision.request?.fail(errorCode);
  }

  #undo(mark: number): void {
    const { machine } = this.#options;
    machine.timeline.rollback(mark);
    machine.rolledBack(this.#now());
    this.#armWake(WAKE_RETRY_MS);
  }

  #armWake(notBeforeMs: number): void {
    const { clock, machine } = this.#options;
    const nextMs = machine.nextWakeMs();
    if (nextMs === null || this.#state !== 'active') return;
    const nowMs = clock.monotonicMs();
    const atMs = Math.max(nextMs, nowMs + notBeforeMs);
    if (this.#wakeTimer !== null) {
      if (notBeforeMs === 0 && this.#wakeTimer.atMs <= atMs) return;
      this.#wakeTimer.timer.cancel();
    }
    this.#wakeTimer = { atMs, timer: clock.after(Math.max(0, atMs - nowMs), () => this.#wake()) };
  }

  #wake(): void {
    const { clock, machine, tally } = this.#options;
    this.#wakeTimer = null;
    for (let wakes = 0; wakes < WAKES_IN_A_TURN; wakes += 1) {
      const nextMs = machine.nextWakeMs();
      if (nextMs === null || nextMs > clock.monotonicMs()) break;
      tally.timers += 1;
      if (!this.#run('timer', (now) => machine.wake(now), null)) return;
    }
    this.#armWake(0);
  }

  #now(): Instant {
    const { clock } = this.#options;
    return { wallMs: clock.wallMs(), monotonicMs: clock.monotonicMs() };
  }
}
