import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { inTime } from './patience.ts';

/** What a driver answered instead of a result: the client's own exception. */
export class DriverError extends Error {
  constructor(name: string, message: string) {
    super(`${name}: ${message}`);
    this.name = name;
  }
}

interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: { readonly name: string; readonly message: string };
}

/**
 * A child process that reads one JSON request a line and answers one JSON line each, in order: the shape of every
 * driver under `clients/` and of the Java programs under `tools/java`.
 */
export class DriverProcess {
  readonly #program: string;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, { resolve(answer: Answer): void; reject(error: Error): void }>();
  #nextId = 1;
  #stderr = '';

  constructor(program: string, args: readonly string[]) {
    this.#program = [program, ...args.slice(-1)].join(' … ');
    this.#child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-8_000);
    });
    if (this.#child.stdout === null) throw new Error('the driver has no standard output');
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      const answer = JSON.parse(line) as Answer;
      this.#waiting.get(answer.id)?.resolve(answer);
      this.#waiting.delete(answer.id);
    });
    this.#child.on('error', (error) => this.#fail(error));
    this.#child.on('exit', (code, signal) => {
      this.#fail(new Error(`${program} ended (${signal ?? code}) before it answered:\n${this.#stderr}`));
    });
  }

  /** Sends a request and resolves with its `result`; rejects with a {@link DriverError} when the client failed. */
  async request(fields: Readonly<Record<string, unknown>>): Promise<unknown> {
    const id = this.#nextId++;
    const answered = new Promise<Answer>((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.#child.stdin?.write(`${JSON.stringify({ ...fields, id })}\n`);
    const what = `${this.#program} answers ${JSON.stringify(fields).slice(0, 500)}`;
    const answer = await inTime(what, answered, () => this.#stderr);
    if (answer.error !== undefined) throw new DriverError(answer.error.name, answer.error.message);
    return answer.result;
  }

  /** Closes the driver's input, upon which it ends; resolves when it has. */
  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.stdin?.end();
    await inTime(`${this.#program} ends when its input does`, ended, () => this.#stderr);
  }

  #fail(error: Error): void {
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
  }
}
