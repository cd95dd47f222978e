import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { javaClassPath } from '../../tools/workshop.mjs';
import { inTime } from '../patience.ts';

const MAIN = 'org.apache.kafka.tools.VerifiableConsumer';
const SMALL_JVM = ['-Xmx128m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];

interface VerifiableEvent {
  readonly name: string;
  readonly count?: number;
  readonly success?: boolean;
  readonly partitions?: readonly {
    readonly partition: number;
    readonly minOffset: number;
    readonly maxOffset: number;
  }[];
}

/** `VerifiableConsumer` in a JVM of its own, which ends by itself when it has read `--max-messages`. */
export class VerifiableConsumer {
  readonly #events: VerifiableEvent[] = [];
  readonly #ended: Promise<void>;
  #hasEnded = false;
  #waiting: (() => void) | null = null;

  constructor(args: readonly string[]) {
    const child = spawn('java', [...SMALL_JVM, '-cp', javaClassPath('kafka'), MAIN, ...args], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('{')) this.#events.push(JSON.parse(line) as VerifiableEvent);
      this.#waiting?.();
    });
    // A test that fails half-way leaves no JVM behind.
    const kill = () => child.kill('SIGKILL');
    process.once('exit', kill);
    this.#ended = new Promise((resolve) => {
      child.once('exit', () => {
        process.off('exit', kill);
        this.#hasEnded = true;
        this.#waiting?.();
        resolve();
      });
    });
  }

  async hasRead(count: number): Promise<void> {
    const last = () => JSON.stringify(this.#events.at(-1));
    const read = async () => {
      while (this.#count() < count) {
        if (this.#hasEnded) throw new Error(`it has ended: ${last()}`);
        await new Promise<void>((resolve) => {
          this.#waiting = resolve;
        });
      }
    };
    await inTime(
      `VerifiableConsumer reads ${count}`,
      read(),
      () => `it has read ${this.#count()}: ${last()}`,
    );
  }

  /** Resolves with what it has said, once it has ended. */
  async end(): Promise<readonly VerifiableEvent[]> {
    await inTime('VerifiableConsumer ends', this.#ended, () => `it has read ${this.#count()}`);
    return this.#events;
  }

  #count(): number {
    const consumed = this.#events.filter(({ name }) => name === 'records_consumed');
    return consumed.reduce((sum, { count = 0 }) => sum + count, 0);
  }
}

/** How many records it has read; throws where one of a partition came twice, or was left out. */
export function readInOrder(events: readonly VerifiableEvent[]): number {
  const next = new Map<number, number>();
  for (const { name, partitions = [] } of events) {
    if (name !== 'records_consumed') continue;
    for (const { partition, minOffset, maxOffset } of partitions) {
      const expected = next.get(partition) ?? 0;
      if (minOffset !== expected)
        throw new Error(`${minOffset} of partition ${partition} in place of ${expected}`);
      next.set(partition, maxOffset + 1);
    }
  }
  return [...next.values()].reduce((sum, count) => sum + count, 0);
}
