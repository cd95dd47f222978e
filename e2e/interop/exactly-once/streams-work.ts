import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { follow, lineWriter } from './committed-records.ts';
import type { LineProcess } from './line-process.ts';
import { streamsApp } from './programs.ts';

const WORDS = 'the quick brown fox jumps over a lazy dog while nine odd spools roll down old stairs'.split(
  ' ',
);
const CUSTOMERS = Array.from({ length: 12 }, (_, index) => `c${index}`);
/** Lines, and orders with their payments, of one portion, of which so many are written at a time. */
const PORTION = 300;
const AT_A_TIME = 15;
const APPLICATION = 'words-and-orders';

export const STREAMS_TOPICS = {
  ...{ lines: 3, 'word-counts': 3, orders: 3, payments: 3, customers: 3, 'paid-orders': 3 },
} as const;

/** What StreamsApp is given while brokers are killed, and what must come of it. */
export class StreamsWork {
  /** `word 1`, `word 2` … for each word, as often as it was written. */
  readonly expectedCounts = new Map<string, number>();
  readonly expectedOrders: string[] = [];
  readonly #bootstrap: string;
  readonly #folder: string;
  readonly #writers: Readonly<Record<'lines' | 'orders' | 'payments', LineProcess>>;
  readonly #counts: LineProcess;
  readonly #paid: LineProcess;
  readonly #apps: LineProcess[] = [];
  #written = 0;

  private constructor(bootstrap: string, folder: string) {
    this.#bootstrap = bootstrap;
    this.#folder = folder;
    this.#writers = {
      lines: lineWriter(bootstrap, 'lines'),
      orders: lineWriter(bootstrap, 'orders'),
      payments: lineWriter(bootstrap, 'payments'),
    };
    this.#counts = follow(bootstrap, 'word-counts');
    this.#paid = follow(bootstrap, 'paid-orders');
  }

  /** Writes the customers, who are there before any order, and starts two instances of the application. */
  static async begin(bootstrap: string): Promise<StreamsWork> {
    const customers = lineWriter(bootstrap, 'customers');
    await customers.write(CUSTOMERS.map((id) => `${id}:${nameOf(id)}\n`).join(''));
    await customers.finish();
    const work = new StreamsWork(bootstrap, await mkdtemp(join(tmpdir(), 'odradek-streams-')));
    await work.startInstance();
    await work.startInstance();
    return work;
  }

  /** Another instance of the application, with no state of its own yet; resolves when it is at work. */
  async startInstance(): Promise<void> {
    const folder = join(this.#folder, String(this.#apps.length));
    await mkdir(folder);
    const app = streamsApp(this.#bootstrap, APPLICATION, folder);
    this.#apps.push(app);
    await app.until('RUNNING', () => app.lines.at(-1) === 'RUNNING');
  }

  /** Kills the instance that was started first of those that run. */
  async killInstance(): Promise<void> {
    await this.#apps.find(({ hasEnded }) => !hasEnded)?.end('SIGKILL');
  }

  /** Writes a portion of lines, orders and their payments, and resolves when all that was ever written has come out. */
  async goOn(): Promise<void> {
    for (let written = 0; written < PORTION; written += AT_A_TIME) {
      await this.#write(Array.from({ length: AT_A_TIME }, () => this.#written++));
      // Slower than the application commits: a portion is many transactions.
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const words = [...this.expectedCounts.values()].reduce((sum, count) => sum + count, 0);
    await this.#counts.until(`${words} counts`, () => this.#counts.lines.length >= words);
    const orders = this.expectedOrders.length;
    await this.#paid.until(`${orders} paid orders`, () => this.#paid.lines.length >= orders);
  }

  /** Resolves when something more has come out, which is when the application is in the midst of a portion. */
  async isAtWork(): Promise<void> {
    const before = this.#counts.lines.length;
    await this.#counts.until('more counts', () => this.#counts.lines.length > before);
  }

  /** Ends the application in order; resolves with what was seen of its outputs while it ran. */
  async finish(): Promise<{ readonly counts: LineProcess; readonly paid: LineProcess }> {
    for (const writer of Object.values(this.#writers)) await writer.finish();
    for (const app of this.#apps.filter(({ hasEnded }) => !hasEnded)) await app.finish();
    await Promise.all([this.#counts.end('SIGTERM'), this.#paid.end('SIGTERM')]);
    return { counts: this.#counts, paid: this.#paid };
  }

  /** Ends whatever still runs, and removes what was kept. */
  async close(): Promise<void> {
    const processes = [...Object.values(this.#writers), this.#counts, this.#paid, ...this.#apps];
    await Promise.all(processes.map((process) => process.end('SIGKILL')));
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #write(numbers: readonly number[]): Promise<void> {
    await this.#writers.lines.write(numbers.map((number) => `:${this.#lineOf(number)}\n`).join(''));
    await this.#writers.orders.write(numbers.map((number) => `o${number}:${customerOf(number)}\n`).join(''));
    await this.#writers.payments.write(numbers.map((number) => `o${number}:${number * 7}\n`).join(''));
    for (const number of numbers) {
      const customer = customerOf(number);
      this.expectedOrders.push(`${customer} o${number} ${number * 7} ${nameOf(customer)}`);
    }
  }

  #lineOf(number: number): string {
    const words = Array.from({ length: 1 + (number % 5) }, (_, index) => {
      return WORDS[(number * 11 + index * 7) % WORDS.length] ?? '';
    });
    for (const word of words) this.expectedCounts.set(word, (this.expectedCounts.get(word) ?? 0) + 1);
    return words.join(' ');
  }
}

function customerOf(order: number): string {
  return CUSTOMERS[(order * 5) % CUSTOMERS.length] ?? '';
}

function nameOf(customer: string): string {
  return `Customer-${customer}`;
}
