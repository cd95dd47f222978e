import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { javaClassPath } from '../tools/workshop.mjs';
import { freePort } from './broker-under-test.ts';
import type { KafkaTools } from './kafka-tools.ts';
import { inTime, until } from './patience.ts';

export interface ApacheKafka {
  readonly bootstrap: string;
  readonly folder: string;
  /** Removes its files; the broker itself ends with the JVM that `tools` holds. */
  close(): Promise<void>;
}

/** Kafka's properties, or what makes them of the TCP ports of the PLAINTEXT and the CONTROLLER listener. */
type Settings = Readonly<Record<string, string>>;
type SettingsOfPorts = (port: number, controllerPort: number) => Settings;

/** Starts one combined Apache Kafka 4.3.1 node inside the JVM of `tools`, on loopback, and waits until it accepts. */
export async function startApacheKafka(
  tools: KafkaTools,
  settings: Settings | SettingsOfPorts = {},
): Promise<ApacheKafka> {
  const folder = await mkdtemp(join(tmpdir(), 'odradek-oracle-'));
  const { port, file } = await formatted(tools, folder, settings);
  await tools.start('kafka.Kafka', [file]);
  await accepts(port);
  return {
    bootstrap: `127.0.0.1:${port}`,
    folder,
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Apache Kafka in a process of its own, which can be stopped, killed and started again over the same files. */
export class ApacheKafkaProcess {
  readonly bootstrap: string;
  /** Where the logs lie. */
  readonly logDirectory: string;
  readonly #folder: string;
  readonly #file: string;
  #process: ChildProcess | null = null;

  private constructor(folder: string, port: number, file: string) {
    this.#folder = folder;
    this.#file = file;
    this.bootstrap = `127.0.0.1:${port}`;
    this.logDirectory = join(folder, 'data');
  }

  /** Formats a directory for a node that is yet to be started. */
  static async format(tools: KafkaTools, settings: Settings): Promise<ApacheKafkaProcess> {
    const folder = await mkdtemp(join(tmpdir(), 'odradek-kafka-'));
    const { port, file } = await formatted(tools, folder, settings);
    return new ApacheKafkaProcess(folder, port, file);
  }

  async start(): Promise<void> {
    this.#process = spawn('java', [...SMALL_JVM, '-cp', javaClassPath('kafka'), 'kafka.Kafka', this.#file], {
      stdio: 'ignore',
    });
    await accepts(Number(this.bootstrap.split(':')[1]));
  }

  /** Ends the process and resolves when it has ended. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const running = this.#process;
    if (running === null || running.exitCode !== null || running.signalCode !== null) return;
    const ended = once(running, 'exit');
    running.kill(signal);
    await inTime(`Apache Kafka ends upon ${signal}`, ended);
  }

  async close(): Promise<void> {
    await this.end('SIGKILL');
    await rm(this.#folder, { recursive: true, force: true });
  }
}

const SMALL_JVM = ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];

/** Writes the properties of a combined node and formats its directory. */
async function formatted(tools: KafkaTools, folder: string, settings: Settings | SettingsOfPorts) {
  const [port, controllerPort] = [await freePort(), await freePort()];
  const properties = {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': join(folder, 'data'),
    'offsets.topic.replication.factor': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    'group.initial.rebalance.delay.ms': '0',
    ...(typeof settings === 'function' ? settings(port, controllerPort) : settings),
  };
  const file = join(folder, 'server.properties');
  await writeFile(
    file,
    Object.entries(properties)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  );
  await tools.run('kafka.tools.StorageTool', ['format', '-t', 'MkU3OEVBNTcwNTJENDM2Qg', '-c', file]);
  return { port, file };
}

/** Resolves once something accepts connections on the TCP port. */
function accepts(port: number): Promise<void> {
  return until(`something listens on ${port}`, () => connects(port));
}

function connects(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
