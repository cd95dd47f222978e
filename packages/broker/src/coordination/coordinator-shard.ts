import { buildTransactionMarker } from '../protocol/control-records.ts';
import { ErrorCode } from '../protocol/errors.ts';
import type { CompressionType } from '../protocol/record-batch.ts';
import type { Clock, Timer } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import { appendErrorToResponse } from './append-error.ts';
import { recordBatchOf, replayBatches } from './coordinator-batch.ts';
import type { CoordinatorLog } from './coordinator-log.ts';
import type {
  Answer,
  CoordinatorMachine,
  Decision,
  DecisionNote,
  Instant,
  TransactionalProducer,
} from './coordinator-machine.ts';
import { RequestReply } from './request-reply.ts';

/** How long a timer event that could not be written waits before it is tried again. */
const WAKE_RETRY_MS = 500;

/** A request that may change the machine; `refusal` shapes the answer for an error that concerns all of it. */
export interface WriteOperation<Machine, Response> {
  /** For the logger. */
  readonly name: string;
  decide(machine: Machine, now: Instant, replyTo: RequestReply<Response>): Decision;
  refusal(errorCode: number): Response;
}

/** How a transaction ends that has records in the partition. */
export interface TransactionEnd extends TransactionalProducer {
  readonly isCommitted: boolean;
  /** The epoch in which the transaction's coordinator leads. */
  readonly coordinatorEpoch: number;
  /** As that coordinator has it; 0 where it does not say. */
  readonly transactionVersion: number;
}

/** A decision that may be the end of a transaction, which is a batch of its own. */
interface ShardDecision extends Decision {
  readonly end?: TransactionEnd;
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
}

/** A decision whose records are on their way, or which waits for an earlier one that is. */
interface PendingDecision {
  readonly mark: number;
  readonly answers: readonly Answer[];
  readonly notes: readonly DecisionNote[];
  /** The request that was decided about, which the machine may have kept. */
  readonly request: { fail(errorCode: number): void } | null;
  readonly expiresAtMs: number;
  committed: boolean;
}

/**
 * One partition of a coordinator's topic in one leader epoch: loading → active → closed, or failed when its log
 * could not be read. Runs the machine's decisions in order and releases their answers in the same order, each
 * when all that was decided up to then is committed.
 */
export class CoordinatorShard<Machine extends CoordinatorMachine> {
  readonly leaderEpoch: number;
  readonly #options: CoordinatorShardOptions<Machine>;
  readonly #pending: PendingDecision[] = [];
  readonly #unanswered = new Set<{ fail(errorCode: number): void }>();
  #state: 'loading' | 'active' | 'failed' | 'closed' = 'loading';
  #wakeTimer: { readonly atMs: number; readonly timer: Timer } | null = null;
  #expiryTimer: Timer | null = null;

  constructor(options: CoordinatorShardOptions<Machine>) {
    this.#options = options;
    this.leaderEpoch = options.log.leaderEpoch;
  }

  /** Why requests are refused at present; NONE when they are served. */
  get errorCode(): number {
    if (this.#state === 'active') return ErrorCode.NONE;
    return this.#state === 'loading' ? ErrorCode.COORDINATOR_LOAD_IN_PROGRESS : ErrorCode.NOT_COORDINATOR;
  }

  /** For reading committed state. */
  get machine(): Machine {
    return this.#options.machine;
  }

  /** Replays the log, then serves. Never rejects. */
  async load(): Promise<void> {
    const { clock, log, logger, machine } = this.#options;
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
    logger.debug({ records, tookMs: clock.monotonicMs() - startedMs }, 'coordinator partition loaded');
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
    this.#expiryTimer?.cancel();
    this.#pending.length = 0;
    for (const request of [...this.#unanswered]) request.fail(errorCode);
  }

  #run(name: string, decide: (now: Instant) => ShardDecision, request: PendingDecision['request']): boolean {
    const { log, logger, machine } = this.#options;
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
    const entry: PendingDecision = {
      mark,
      answers: decision.answers,
      notes: decision.notes ?? [],
      request,
      expiresAtMs: now.monotonicMs + this.#options.writeTimeoutMs,
      committed: false,
    };
    const batch = this.#batchOf(decision, now.wallMs);
    if (batch === null) entry.committed = true;
    else {
      const append = log.append(batch, { ...decision.transaction, ...decision.end });
      if (append.kind === 'rejected') {
        this.#undo(mark);
        this.#fail(entry, append.errorCode);
        return false;
      }
      void append.committed.then((errorCode) => this.#settled(entry, errorCode));
    }
    this.#pending.push(entry);
    this.#releaseCommitted();
    this.#armWake(0);
    return true;
  }

  /** What is to be appended for a decision; null for nothing. */
  #batchOf({ records, transaction, end }: ShardDecision, timestamp: number): Uint8Array | null {
    if (end !== undefined) {
      return buildTransactionMarker({ ...end, outcome: end.isCommitted ? 'commit' : 'abort', timestamp });
    }
    if (records.length === 0) return null;
    const producer = transaction && {
      producerId: transaction.producerId,
      producerEpoch: transaction.producerEpoch,
    };
    return recordBatchOf(records, { compression: this.#options.compression, timestamp, producer });
  }

  #settled(entry: PendingDecision, errorCode: number): void {
    const index = this.#pending.indexOf(entry);
    if (index < 0) return;
    if (errorCode === ErrorCode.NONE) {
      entry.committed = true;
      this.#releaseCommitted();
      return;
    }
    const lost = this.#pending.splice(index);
    this.#undo(entry.mark);
    for (const decision of lost) this.#fail(decision, errorCode);
  }

  #releaseCommitted(): void {
    for (let first = this.#pending[0]; first?.committed === true; first = this.#pending[0]) {
      this.#pending.shift();
      this.machine.timeline.commit(first.mark);
      for (const answer of first.answers) answer.release();
      for (const { fields, message } of first.notes) this.#options.logger.info(fields, message);
    }
    this.#armExpiry();
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
    const { clock, machine } = this.#options;
    this.#wakeTimer = null;
    for (let nextMs = machine.nextWakeMs(); nextMs !== null; nextMs = machine.nextWakeMs()) {
      if (nextMs > clock.monotonicMs()) break;
      if (!this.#run('timer', (now) => machine.wake(now), null)) return;
    }
    this.#armWake(0);
  }

  /** One timer for the oldest decision: they were all given the same time. */
  #armExpiry(): void {
    const first = this.#pending[0];
    if (first === undefined) {
      this.#expiryTimer?.cancel();
      this.#expiryTimer = null;
      return;
    }
    if (this.#expiryTimer !== null) return;
    const { clock } = this.#options;
    this.#expiryTimer = clock.after(Math.max(0, first.expiresAtMs - clock.monotonicMs()), () => {
      this.#expiryTimer = null;
      this.#expireWaiting();
    });
  }

  /** The records may still be committed; only those who wait are let go. */
  #expireWaiting(): void {
    const nowMs = this.#options.clock.monotonicMs();
    for (const decision of this.#pending) {
      if (decision.expiresAtMs > nowMs) break;
      for (const answer of decision.answers) answer.fail(appendErrorToResponse(ErrorCode.REQUEST_TIMED_OUT));
    }
    const waiting = this.#pending.find((decision) => decision.expiresAtMs > nowMs);
    if (waiting !== undefined) {
      this.#expiryTimer = this.#options.clock.after(waiting.expiresAtMs - nowMs, () => {
        this.#expiryTimer = null;
        this.#expireWaiting();
      });
    }
  }

  #now(): Instant {
    const { clock } = this.#options;
    return { wallMs: clock.wallMs(), monotonicMs: clock.monotonicMs() };
  }
}
