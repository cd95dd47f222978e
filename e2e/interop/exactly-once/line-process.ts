import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createInterface } from 'node:readline';

/** Longer than a client of Kafka is silent while a broker is away. */
const PATIENCE_MS = 90_000;

/** A program of somebody else's that says lines on its standard output. */
export class LineProcess {
  /** What it has said so far. */
  readonly lines: string[] = [];
  readonly #name: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  readonly #events = new EventEmitter<{ said: []; ended: [] }>();
  #errors = '';

  constructor(name: string, [program, ...args]: readonly [string, ...string[]]) {
    this.#name = name;
    this.#child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    const { stdin, stdout, stderr } = this.#child;
    if (stdin === null || stdout === null || stderr === null) throw new Error(`${name} has no pipes`);
    // It may be gone before its input is closed.
    stdin.on('error', () => {});
    stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#errors = (this.#errors + text).slice(-16_000);
    });
    createInterface({ input: stdout }).on('line', (line) => {
      this.lines.push(line);
      this.#events.emit('said');
    });
    // Everyone who waits for a line waits for its end too, and there may be many.
    this.#events.setMaxListeners(0);
    this.#ended = once(this.#child, 'close').then(() => {
      this.#events.emit('ended');
    });
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** What it last wrote to its standard error. */
  get errors(): string {
    return this.#errors;
  }

  /** Writes to its standard input; resolves when it has taken that. */
  async write(text: string): Promise<void> {
    if (this.#child.stdin?.write(text) === false) await once(this.#child.stdin, 'drain');
  }

  /** Resolves when `isSo` holds, which is asked after each line; rejects when the program ends before, or is silent. */
  async until(what: string, isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      if (this.hasEnded) throw new Error(`${this.#name}: never so: ${what}\n${this.#account()}`);
      const silence = AbortSignal.timeout(PATIENCE_MS);
      const told = [
        once(this.#events, 'said', { signal: silence }),
        once(this.#events, 'ended', { signal: silence }),
      ];
      await Promise.race(told).catch((cause) => {
        throw new Error(`${this.#name} says nothing more: not so: ${what}\n${this.#account()}`, { cause });
      });
    }
  }

  /** Resolves when it has ended by itself; rejects when it has failed. */
  async succeeded(): Promise<void> {
    await this.#ended;
    if (this.#child.exitCode !== 0) throw new Error(`${this.#name} failed\n${this.#account()}`);
  }

  /** Closes its input, upon which it ends, and resolves as `succeeded` does. */
  async finish(): Promise<void> {
    this.#child.stdin?.end();
    await this.succeeded();
  }

  /** Ends it with a signal and resolves when it has ended. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (!this.hasEnded) this.#child.kill(signal);
    await this.#ended;
  }

  #account(): string {
    const { exitCode, signalCode } = this.#child;
    return `(exit ${signalCode ?? exitCode}) after ${this.lines.length} lines, of which the last:\n${this.lines.slice(-5).join('\n')}\n${this.#errors}`;
  }
}
