import type { LogConfig } from '../log/log-config.ts';
import { largeOpeningOf, type OpenedRecords, openRecordsJob } from '../log/recompression.ts';
import type { LeaderAppend, PartitionAppend } from '../replication/leader-append.ts';
import type { Compute } from '../runtime/compute.ts';

/** What it takes of a partition. */
export interface OpeningPartition {
  readonly log: { readonly config: LogConfig };
  appendAsLeader(batch: Uint8Array, append: LeaderAppend): PartitionAppend;
}

/**
 * Appends of clients, some of which have to be opened off the event loop first: large batches of topics that look into
 * them or change their codec. Those of one partition keep their order: what comes behind a batch that is being opened
 * waits for it. Everything else is appended at once.
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
    if (opening === null && before === undefined) return partition.appendAsLeader(batch, append);
    const opened =
      opening === null ? undefined : this.#compute.run(openRecordsJob, opening, [opening.content.buffer]);
    const appended = this.#inOrder(before, opened, (records) =>
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

  async #inOrder(
    before: Promise<unknown> | undefined,
    opened: Promise<OpenedRecords> | undefined,
    append: (records: OpenedRecords | undefined) => PartitionAppend,
  ): Promise<PartitionAppend> {
    const [records] = await Promise.all([opened, before]);
    return append(records);
  }
}
