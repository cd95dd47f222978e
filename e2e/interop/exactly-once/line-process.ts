import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createInterface } from 'node:readline';
import { inTime } from '../patience.ts';

/** A program of somebody else's that says lines on its standard output. */
export class LineProcess {
  /** What it has said so far. */
  readonly lines: string[] = [];
  readonly #name: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  /** Tells that it has said something, or has ended. */
  readonly #heard = new EventEmitter<{ heard: [] }>();
  #hasEnded = false;
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
      this.#heard.emit('heard');
    });
    // There may be many who wait for a line.
    this.#heard.setMaxListeners(0);
    // Only then everything that it has said has been read.
    this.#ended = once(this.#child, 'close').then(() => {
      this.#hasEnded = true;
      this.#heard.emit('heard');
    });
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** What it last wrote to its standard error. */
  get errors(): string {
    return this.#errors;
  }

  /** Writes to its standard input; resolves when it has taken that. */
  async write(text: string): Promise<void> {
    const { stdin } = this.#child;
    if (stdin?.write(text) !== false) return;
    await this.#inTime('what was written to it is taken', Promise.race([once(stdin, 'drain'), this.#ended]));
  }

  /** Resolves when `isSo` holds, which is asked after each line; rejects when the program ends before. */
  async until(what: string, isSo: () => boolean): Promise<void> {
    const waited = async () => {
      while (!isSo()) {
        if (this.#hasEnded) throw new Error(`${this.#name}: never so: ${what}\n${this.#account()}`);
        await once(this.#heard, 'heard');
      }
    };
    await this.#inTime(what, waited());
  }

  /** Resolves when it has ended by itself; rejects when it has failed. */
  async succeeded(): Promise<void> {
    await this.#inTime('it has done what it had to do', this.#ended);
    if (this.#child.exitCode !== 0) throw new Error(`${this.#name} failed\n${this.#account()}`);
  }

  /** Closes its input, upon which it ends, and resolves as `succeeded` does. */
  async finish(): Promise<void> {
    this.#child.stdin?.end();
    await this.succeeded();
  }

  /** Ends it with a signal and resolves when it has ended. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (!this.#hasEnded) this.#child.kill(signal);
    await this.#inTime(`it ends upon ${signal}`, this.#ended);
  }

  #inTime<Outcome>(what: string, promise: Promise<Outcome>): Promise<Outcome> {
    return inTime(`${this.#name}: ${what}`, promise, () => this.#account());
  }

  #account(): string {
    const { exitCode, signalCode } = this.#child;
    const state = this.#hasEnded ? `it has ended with ${signalCode ?? exitCode}` : 'it runs';
    return `${state}, after ${this.lines.length} lines, of which the last:\n${this.lines.slice(-5).join('\n')}\n${this.#errors}`;
  }
}
