import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { inTime } from '../patience.ts';

/** The process of one node, which can be killed and started again over the same files and TCP ports. */
export class ClusterNode {
  readonly id: number;
  /** Where clients reach its broker. */
  readonly bootstrap: string;
  /** Where its controller is reached. */
  readonly controller: string;
  readonly #command: readonly [program: string, ...args: string[]];
  #process: ChildProcess | null = null;
  #output = '';

  constructor(
    { id, bootstrap, controller }: Pick<ClusterNode, 'id' | 'bootstrap' | 'controller'>,
    command: readonly [program: string, ...args: string[]],
  ) {
    this.id = id;
    this.bootstrap = bootstrap;
    this.controller = controller;
    this.#command = command;
  }

  /** The last that it wrote. */
  get output(): string {
    return this.#output;
  }

  get isRunning(): boolean {
    return this.#process !== null && this.#process.exitCode === null && this.#process.signalCode === null;
  }

  start(): void {
    const [program, ...args] = this.#command;
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const keep = (text: string) => {
      this.#output = (this.#output + text).slice(-8_000);
    };
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);
    this.#process = child;
  }

  /** Throws when the process has ended of itself, with the last that it wrote. */
  mustRun(): void {
    if (!this.isRunning) throw new Error(`node ${this.id} is not running; it wrote:\n${this.#output}`);
  }

  /** Ends the process and resolves when it has ended. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const running = this.#process;
    if (running === null || !this.isRunning) return;
    const ended = once(running, 'exit');
    running.kill(signal);
    await inTime(`node ${this.id} ends upon ${signal}`, ended, () => this.#output);
  }
}
