import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { javaClassPath } from '../tools/workshop.mjs';
import type { ClusterName } from './chaos-cluster.ts';
import type { TestNetwork } from './test-network.ts';

/** The bundle, or what `ODRADEK_BROKER_PROGRAM` names, so that another checkout can be held to the same. */
const ODRADEK =
  process.env.ODRADEK_BROKER_PROGRAM ??
  resolve(import.meta.dirname, '../../packages/cli/dist/broker-process.cjs');
const KAFKA_JVM = ['-Xms512m', '-Xmx512m', '-XX:+UseG1GC'];

/** How long a clean stop may take before it counts as one that hangs. */
const STOP_MS = 60_000;

/** One broker process, without a supervisor: nobody restarts it, and nobody tells the others what became of it. */
export class ChaosBroker {
  readonly id: number;
  /** Where its logs lie. */
  readonly dataDirectory: string;
  readonly #folder: string;
  readonly #name: ClusterName;
  readonly #network: TestNetwork;
  #process: ChildProcess | null = null;

  constructor(name: ClusterName, id: number, folder: string, network: TestNetwork) {
    this.#name = name;
    this.id = id;
    this.#folder = folder;
    this.dataDirectory = join(folder, 'data');
    this.#network = network;
  }

  /** Where clients find it. */
  get address(): string {
    return this.#network.addresses(this.id).client.advertised;
  }

  get pid(): number | null {
    return this.#isRunning ? (this.#process?.pid ?? null) : null;
  }

  get configFile(): string {
    return join(this.#folder, 'server.properties');
  }

  get logFile(): string {
    return join(this.#folder, 'broker.log');
  }

  /** Starts the process; whether it serves is for others to see. */
  start(): void {
    const [program, args] =
      this.#name === 'Odradek'
        ? [process.execPath, [ODRADEK, '--config', this.configFile]]
        : ['java', [...KAFKA_JVM, '-cp', javaClassPath('kafka'), 'kafka.Kafka', this.configFile]];
    const log = openSync(this.logFile, 'a');
    this.#process = this.#network.spawn(this.id, program, args, { stdio: ['ignore', log, log] });
  }

  pause(): void {
    this.#process?.kill('SIGSTOP');
  }

  resume(): void {
    this.#process?.kill('SIGCONT');
  }

  /** Ends the process at once, without a word to anybody. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Ends it in order; rejects when that hangs. */
  async stop(): Promise<void> {
    const running = this.#process;
    const timer = setTimeout(() => running?.kill('SIGKILL'), STOP_MS);
    const signal = await this.#end('SIGTERM');
    clearTimeout(timer);
    if (signal === 'SIGKILL') throw new Error(`broker ${this.id} did not stop within ${STOP_MS} ms`);
  }

  /** Throws when the process has ended although nobody ended it. */
  checkAlive(): void {
    if (this.#process === null || this.#isRunning) return;
    const { exitCode, signalCode } = this.#process;
    throw new Error(`broker ${this.id} ended by itself with ${exitCode ?? signalCode}; see ${this.logFile}`);
  }

  get #isRunning(): boolean {
    return this.#process !== null && this.#process.exitCode === null && this.#process.signalCode === null;
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<NodeJS.Signals | null> {
    const running = this.#process;
    this.#process = null;
    if (running === null || running.exitCode !== null || running.signalCode !== null) return null;
    const ended = once(running, 'exit');
    running.kill(signal);
    // A paused process takes SIGTERM only when it goes on.
    if (signal === 'SIGTERM') running.kill('SIGCONT');
    const [, endedBy] = await ended;
    return endedBy as NodeJS.Signals | null;
  }
}
