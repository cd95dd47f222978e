import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from './broker-under-test.ts';
import { inTime } from './patience.ts';

/** One `odradek broker --config`, which can be stopped, killed and started again over the same files. */
export class BrokerProcess {
  readonly bootstrap: string;
  /** Where the logs lie. */
  readonly logDirectory: string;
  readonly #folder: string;
  #process: ChildProcess | null = null;

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.bootstrap = `127.0.0.1:${port}`;
    this.logDirectory = join(folder, 'data');
  }

  /** Prepares a node that is yet to be started. */
  static async prepare(settings: Readonly<Record<string, string>> = {}): Promise<BrokerProcess> {
    const folder = await mkdtemp(join(tmpdir(), 'odradek-process-'));
    const [port, controllerPort] = [await freePort(), await freePort()];
    const properties = {
      'process.roles': 'broker,controller',
      'node.id': '1',
      'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
      listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
      'controller.listener.names': 'CONTROLLER',
      'log.dirs': join(folder, 'data'),
      'offsets.topic.num.partitions': '1',
      'offsets.topic.replication.factor': '1',
      'group.initial.rebalance.delay.ms': '0',
      ...settings,
    };
    const lines = Object.entries(properties).map(([key, value]) => `${key}=${value}\n`);
    await writeFile(join(folder, 'server.properties'), lines.join(''));
    return new BrokerProcess(folder, port);
  }

  /** Starts it and resolves when it says that it serves. */
  async start(): Promise<void> {
    const program = resolve(import.meta.dirname, '../../bin/odradek');
    const config = join(this.#folder, 'server.properties');
    const child = spawn(program, ['broker', '--config', config], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#process = child;
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-8_000);
    });
    const serves = new Promise<void>((started, failed) => {
      createInterface({ input: child.stdout }).once('line', () => started());
      child.once('exit', (code) => failed(new Error(`the broker ended with ${code}:\n${stderr}`)));
    });
    await inTime('the broker says that it serves', serves, () => stderr);
  }

  /** Ends the process and resolves when it has ended. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const running = this.#process;
    if (running === null || running.exitCode !== null || running.signalCode !== null) return;
    const ended = once(running, 'exit');
    running.kill(signal);
    const [code] = await inTime(`the broker ends upon ${signal}`, ended);
    if (signal === 'SIGTERM' && code !== 0) throw new Error(`a clean stop ended with ${code}`);
  }

  async close(): Promise<void> {
    await this.end('SIGKILL');
    await rm(this.#folder, { recursive: true, force: true });
  }
}
