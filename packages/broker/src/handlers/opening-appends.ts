import type { LogConfig } from '../log/log-config.ts';
import { largeOpeningOf, type OpenedRecords, openRecordsJob } from '../log/recompression.ts';
import type { LeaderAppend, PartitionAppend } from '../replication/leader-append.ts';
import type { Compute } from '../runtime/compute.ts';

/** What it takes of a partition. */
export interface OpeningPartition {
  readonly log: { readonly config: LogConfig };
  /** As `Partition` has it. */
  readonly whenFree: Promise<void> | null;
  appendAsLeader(batch: Uint8Array, append: LeaderAppend): PartitionAppend;
}

/**
 * Appends of clients, some of which have to be opened off the event loop first: large batches of topics that look into
 * them or change their codec. Those of one partition keep their order: what comes behind a batch that is being opened
 * waits for it, and so does what comes while the partition's replica changes places. Everything else is appended at
 * once.
 */
export class OpeningAppends {
  readonly #compute: Compute;
  /** The last append of each partition that waits. */
  readonly #waiting = new Map<OpeningPartition, Promise<unknown>>();

  constructor(compute: Compute) {
    this.#compute = compute;
  }

  /** Rejects where no thread could be had for the opening. */
  append(
    partition: OpeningPartition,
    batch: Uint8Array,
    append: LeaderAppend,
  ): PartitionAppend | Promise<PartitionAppend> {
    const opening = largeOpeningOf(batch, partition.log.config);
    const before = this.#waiting.get(partition);
    const isFree = before === undefined && partition.whenFree === null;
    if (opening === null && isFree) return partition.appendAsLeader(batch, append);
    const opened =
      opening === null ? undefined : this.#compute.run(openRecordsJob, opening, [opening.content.buffer]);
    const appended = this.#inOrder(partition, before, opened).then((records) =>
      partition.appendAsLeader(batch, { ...append, opened: records }),
    );
    const settled = appended.then(
      () => {},
      () => {},
    );
    this.#waiting.set(partition, settled);
    void settled.then(() => {
      if (this.#waiting.get(partition) === settled) this.#waiting.delete(partition);
    });
    return appended;
  }

  /** Resolves, with what was opened, when it is the turn of the append. */
  async #inOrder(
    partition: OpeningPartition,
    before: Promise<unknown> | undefined,
    opened: Promise<OpenedRecords> | undefined,
  ): Promise<OpenedRecords | undefined> {
    const [records] = await Promise.all([opened, before]);
    for (let held = partition.whenFree; held !== null; held = partition.whenFree) await held;
    return records;
  }
}
