import { ErrorCode } from '../protocol/errors.ts';
import type { CompressionType } from '../protocol/record-batch.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import type { CoordinatorLog } from './coordinator-log.ts';
import type { CoordinatorMachine, Decision, Instant, TransactionEnd } from './coordinator-machine.ts';
import { CoordinatorShard, type WriteOperation } from './coordinator-shard.ts';
import { type CoordinatorLoad, CoordinatorTally } from './coordinator-tally.ts';

export interface CoordinatorRuntimeOptions<Machine> {
  readonly clock: Clock;
  readonly logger: Logger;
  /** A machine without state, for a partition that this broker begins to lead. */
  readonly createMachine: (partition: number, leaderEpoch: number) => Machine;
  /** An answer whose records are not committed after this time becomes COORDINATOR_NOT_AVAILABLE. */
  readonly writeTimeoutMs: number;
  /** Of the batches that are written. */
  readonly compression: CompressionType;
  /** How long decisions are gathered for one batch; null, or not given: those that are made together. */
  readonly lingerMs?: number | null;
}

/** A question answered from committed state. */
export interface ReadOperation<Machine, Response> {
  answer(machine: Machine): Response;
  refusal(errorCode: number): Response;
}

/**
 * The coordinators of one kind on this broker: a machine for each partition of their topic that it leads. Requests
 * for other partitions are refused with NOT_COORDINATOR, during loading with COORDINATOR_LOAD_IN_PROGRESS, after
 * `close` with COORDINATOR_NOT_AVAILABLE.
 */
export class CoordinatorRuntime<Machine extends CoordinatorMachine> {
  readonly #options: CoordinatorRuntimeOptions<Machine>;
  /** What they have come to. */
  readonly tally = new CoordinatorTally();
  readonly #shards = new Map<number, CoordinatorShard<Machine>>();
  #closed = false;

  constructor(options: CoordinatorRuntimeOptions<Machine>) {
    this.#options = options;
  }

  /**
   * This broker leads `partition` in the epoch of `log`; what it knew from an older epoch is replaced. Resolves
   * when the partition is loaded, or was given up again; never rejects.
   */
  async elected(partition: number, log: CoordinatorLog): Promise<void> {
    const former = this.#shards.get(partition);
    if (this.#closed || (former !== undefined && former.leaderEpoch >= log.leaderEpoch)) return;
    former?.close(ErrorCode.NOT_COORDINATOR);
    const { clock, compression, createMachine, lingerMs = null, logger, writeTimeoutMs } = this.#options;
    const shard = new CoordinatorShard({
      machine: createMachine(partition, log.leaderEpoch),
      log,
      clock,
      logger: logger.child({ partition, leaderEpoch: log.leaderEpoch }),
      writeTimeoutMs,
      compression,
      lingerMs,
      tally: this.tally,
    });
    this.#shards.set(partition, shard);
    await shard.load();
  }

  /** This broker no longer leads `partition`; an epoch that is older than the one it leads in says nothing. */
  resigned(partition: number, leaderEpoch: number): void {
    const shard = this.#shards.get(partition);
    if (shard === undefined || shard.leaderEpoch > leaderEpoch) return;
    this.#shards.delete(partition);
    shard.close(ErrorCode.NOT_COORDINATOR);
  }

  write<Response>(partition: number, operation: WriteOperation<Machine, Response>): Promise<Response> {
    const shard = this.#shards.get(partition);
    if (shard === undefined) return Promise.resolve(operation.refusal(this.#absent()));
    return shard.write(operation);
  }

  /** Ends a transaction that has records in the partition; resolves with `NONE` once that is committed. */
  completeTransaction(partition: number, end: TransactionEnd): Promise<number> {
    const shard = this.#shards.get(partition);
    return shard === undefined ? Promise.resolve(this.#absent()) : shard.completeTransaction(end);
  }

  read<Response>(partition: number, operation: ReadOperation<Machine, Response>): Response {
    const shard = this.#shards.get(partition);
    const errorCode = shard?.errorCode ?? this.#absent();
    if (shard === undefined || errorCode !== ErrorCode.NONE) return operation.refusal(errorCode);
    return operation.answer(shard.machine);
  }

  /** Asks each partition that this broker leads, those that are loading included. */
  readAll<Response>(operation: ReadOperation<Machine, Response>): Response[] {
    return [...this.#shards.keys()].map((partition) => this.read(partition, operation));
  }

  /** Tells each loaded machine what happened elsewhere. */
  decideAll(name: string, decide: (machine: Machine, now: Instant) => Decision): void {
    for (const shard of this.#shards.values()) shard.decide(name, decide);
  }

  /** What they have at present; looked at when somebody asks. */
  load(): CoordinatorLoad {
    const load = { loading: 0, active: 0, failed: 0, unanswered: 0, uncommittedBytes: 0 };
    for (const { errorCode, isLoading, unanswered, uncommittedBytes } of this.#shards.values()) {
      if (isLoading) load.loading += 1;
      else if (errorCode === ErrorCode.NONE) load.active += 1;
      else load.failed += 1;
      load.unanswered += unanswered;
      load.uncommittedBytes += uncommittedBytes;
    }
    return load;
  }

  /** Lets go of all partitions; whoever waits is refused. */
  close(): void {
    this.#closed = true;
    for (const shard of this.#shards.values()) shard.close(ErrorCode.COORDINATOR_NOT_AVAILABLE);
    this.#shards.clear();
  }

  #absent(): number {
    return this.#closed ? ErrorCode.COORDINATOR_NOT_AVAILABLE : ErrorCode.NOT_COORDINATOR;
  }
}
