import { follow, lineWriter } from './committed-records.ts';
import type { LineProcess } from './line-process.ts';
import { copiedBy, transactionalMessageCopier } from './programs.ts';

const PARTITIONS = 4;
/** Few records a transaction, so that many are open, and many end, while brokers are killed. */
const TRANSACTION_SIZE = 10;

export const COPYING_TOPICS = { 'to-copy': PARTITIONS, copied: PARTITIONS } as const;

/** Two TransactionalMessageCopiers of one group, which copy what lies in `to-copy` into `copied`. */
export class Copying {
  readonly records: number;
  /** Reads what is committed while they copy. */
  readonly follower: LineProcess;
  readonly #bootstrap: string;
  readonly #copiers: LineProcess[];

  private constructor(bootstrap: string, records: number) {
    this.#bootstrap = bootstrap;
    this.records = records;
    this.follower = follow(bootstrap, 'copied');
    this.#copiers = ['copier-0', 'copier-1'].map((transactionalId) => this.#copier(transactionalId));
  }

  static async begin(bootstrap: string, records: number): Promise<Copying> {
    const writer = lineWriter(bootstrap, 'to-copy');
    await writer.write(Array.from({ length: records }, (_, index) => `k${index}:${index}\n`).join(''));
    await writer.finish();
    return new Copying(bootstrap, records);
  }

  /** Resolves when that part of the records was seen to be copied. */
  async hasCopied(part: number): Promise<void> {
    await this.follower.until(
      `${part} of all is copied`,
      () => this.follower.lines.length >= part * this.records,
    );
  }

  /** Resolves when all is copied and the copiers have ended by themselves. */
  async finish(): Promise<void> {
    await this.hasCopied(1);
    for (const copier of this.#copiers) await copier.succeeded();
    await this.follower.end('SIGTERM');
  }

  /** What the copiers say that they have copied. */
  get told(): number {
    return this.#copiers.reduce((sum, copier) => sum + copiedBy(copier), 0);
  }

  async close(): Promise<void> {
    await Promise.all([this.follower, ...this.#copiers].map((process) => process.end('SIGKILL')));
  }

  #copier(transactionalId: string): LineProcess {
    return transactionalMessageCopier(this.#bootstrap, {
      ...{ transactionalId, from: 'to-copy', to: 'copied', group: 'copiers' },
      size: TRANSACTION_SIZE,
    });
  }
}
