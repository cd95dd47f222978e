import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '../interop/broker-under-test.ts';
import { WireClient } from '../interop/differential/wire-client.ts';
import type { KafkaTools } from '../interop/kafka-tools.ts';
import { javaClassPath } from '../tools/workshop.mjs';

export type ContenderName = 'Apache Kafka' | 'Odradek';

/**
 * Deleted topics go soon, see client-rows.ts; not at once, for with a delay of 0 each broker of Apache Kafka looks for
 * deleted logs every millisecond, from half a minute after its start: 0.3 cores of three that have nothing else to do.
 */
export const DELETES_SOON = { 'log.segment.delete.delay.ms': '1000' };

/** One broker in a process of its own, or several, as a bench measures it. */
export interface Contender {
  readonly name: ContenderName;
  readonly bootstrap: string;
  /** Below it lie the logs. */
  readonly folder: string;
  /** Of its brokers. */
  readonly pids: readonly number[];
  /** From exec until an outside client had its Metadata answered, in milliseconds. */
  readonly startedInMs: number;
  /** Lines that it has written to its standard error so far. */
  readonly logLines: readonly string[];
  /** Ends it in order. */
  stop(): Promise<void>;
  /** Ends it at once, as a crash of the process would. */
  kill(): Promise<void>;
}

/** A directory that a contender can be started on again and again. */
export interface ContenderFolder {
  readonly dataDirectory: string;
  start(): Promise<Contender>;
  remove(): Promise<void>;
}

/** Formats a directory, starts the broker on it and waits until it serves; the directory goes when it is stopped. */
export async function startContender(name: ContenderName, tools: KafkaTools): Promise<Contender> {
  const folder = await prepareContender(name, tools);
  const contender = await folder.start();
  return {
    ...contender,
    stop: async () => {
      await contender.stop();
      await folder.remove();
    },
  };
}

/** Formats a directory for a broker with the settings given besides the bench's own. */
export async function prepareContender(
  name: ContenderName,
  tools: KafkaTools,
  settings: Readonly<Record<string, string>> = {},
): Promise<ContenderFolder> {
  const folder = await mkdtemp(join(tmpdir(), 'odradek-bench-'));
  const port = await freePort();
  const file = join(folder, 'server.properties');
  await writeFile(file, properties(folder, port, await freePort(), settings));
  if (name === 'Apache Kafka') {
    await tools.run('kafka.tools.StorageTool', ['format', '-t', 'MkU3OEVBNTcwNTJENDM2Qg', '-c', file]);
  }
  return {
    dataDirectory: join(folder, 'data'),
    start: () => startOn(name, { folder, file, port }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function startOn(
  name: ContenderName,
  { folder, file, port }: { readonly folder: string; readonly file: string; readonly port: number },
): Promise<Contender> {
  const begun = performance.now();
  const child = name === 'Apache Kafka' ? spawnKafka(file) : spawnOdradek(file);
  const logLines: string[] = [];
  if (child.stderr !== null)
    createInterface({ input: child.stderr }).on('line', (line) => logLines.push(line));
  // A bench that fails half-way leaves no broker behind.
  const killAtExit = () => child.kill('SIGKILL');
  process.once('exit', killAtExit);
  await serves(child, { port, logLines });
  const startedInMs = performance.now() - begun;
  if (child.pid === undefined) throw new Error(`${name} has no process id`);
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    const ended = new Promise((done) => child.once('exit', done));
    child.kill(signal);
    await ended;
    process.off('exit', killAtExit);
  };
  return {
    name,
    bootstrap: `127.0.0.1:${port}`,
    folder,
    pids: [child.pid],
    startedInMs,
    logLines,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}

function properties(
  folder: string,
  port: number,
  controllerPort: number,
  settings: Readonly<Record<string, string>>,
): string {
  return Object.entries({
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': join(folder, 'data'),
    'offsets.topic.replication.factor': '1',
    'group.initial.rebalance.delay.ms': '0',
    ...DELETES_SOON,
    ...settings,
  })
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}

function spawnKafka(file: string): ChildProcess {
  return spawn('java', ['-Xms1g', '-Xmx1g', '-cp', javaClassPath('kafka'), 'kafka.Kafka', file], {
    stdio: 'ignore',
  });
}

function spawnOdradek(file: string): ChildProcess {
  const program = resolve(import.meta.dirname, '../../packages/cli/dist/broker-process.cjs');
  return spawn(process.execPath, [program, '--config', file], { stdio: ['ignore', 'ignore', 'pipe'] });
}

/** Asks for Metadata until it is answered; a minute is more than the slowest start seen. */
async function serves(
  child: ChildProcess,
  { port, logLines }: { readonly port: number; readonly logLines: readonly string[] },
): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (performance.now() < deadline) {
    if (child.exitCode !== null)
      throw new Error(`the broker ended with ${child.exitCode}:\n${logLines.slice(-20).join('\n')}`);
    const client = new WireClient(`127.0.0.1:${port}`);
    try {
      const answer = await client.send('Metadata', 12, { topics: [] });
      if ('response' in answer && (answer.response as { brokers: unknown[] }).brokers.length > 0) return;
    } catch {
      // Nothing listens yet.
    } finally {
      client.close();
    }
    await new Promise((done) => setTimeout(done, 5));
  }
  throw new Error('the broker did not serve within a minute');
}
