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
