import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '../interop/broker-under-test.ts';
import { WireClient } from '../interop/differential/wire-client.ts';
import type { KafkaTools } from '../interop/kafka-tools.ts';
import { javaClassPath } from '../tools/workshop.mjs';
import { type Contender, type ContenderName, DELETES_SOON } from './contender.ts';

export const BROKERS = 3;

/** A directory, or three, that a cluster of three brokers can be started on again and again. */
export interface ClusterFolder {
  start(): Promise<Contender>;
  remove(): Promise<void>;
}

/** What both get, and what `odradek up` sets for three brokers by itself. */
const SETTINGS: Readonly<Record<string, string>> = {
  'default.replication.factor': '3',
  'min.insync.replicas': '2',
  'group.initial.rebalance.delay.ms': '0',
  ...DELETES_SOON,
};

/** A cluster on a new directory, which goes when it is stopped. */
export async function startClusterContender(name: ContenderName, tools: KafkaTools): Promise<Contender> {
  const folder = await prepareCluster(name, tools);
  const contender = await folder.start();
  return {
    ...contender,
    stop: async () => {
      await contender.stop();
      await folder.remove();
    },
  };
}

/** Apache Kafka's directories are formatted; Odradek's are made by its first `up`, in the time that is measured. */
export async function prepareCluster(name: ContenderName, tools: KafkaTools): Promise<ClusterFolder> {
  const folder = mkdtempSync(join(tmpdir(), 'odradek-bench-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  if (name === 'Odradek') return { start: () => startOdradek(folder, BROKERS), remove };
  const files = await formatKafka(folder, tools);
  return { start: () => startKafka(folder, files), remove };
}

/** One broker of ours on a new directory, which is run as those of a cluster are. */
export function prepareOneOdradek(): ClusterFolder {
  const folder = mkdtempSync(join(tmpdir(), 'odradek-bench-'));
  return { start: () => startOdradek(folder, 1), remove: () => rm(folder, { recursive: true, force: true }) };
}

async function startOdradek(folder: string, count: number): Promise<Contender> {
  const own = count === 1 ? { 'default.replication.factor': '1', 'min.insync.replicas': '1' } : {};
  const settings = Object.entries({ ...SETTINGS, ...own }).flatMap(([key, value]) => [
    '--set',
    `${key}=${value}`,
  ]);
  const begun = performance.now();
  const supervisor = spawn(
    resolve(import.meta.dirname, '../../bin/odradek'),
    [
      'up',
      '--json',
      '--no-console',
      '--brokers',
      String(count),
      '--port',
      '0',
      '--data',
      folder,
      ...settings,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const logLines = linesOf(supervisor.stderr);
  const [line] = await Promise.race([
    once(createInterface({ input: supervisor.stdout }), 'line'),
    once(supervisor, 'exit').then(([code]) => {
      throw new Error(`odradek up ended with ${code}:\n${logLines.slice(-20).join('\n')}`);
    }),
  ]);
  const { bootstrap, brokers } = JSON.parse(line as string) as ReadyLine;
  return contenderOf('Odradek', {
    ...{ begun, folder, logLines, bootstrap },
    processes: [supervisor],
    pids: brokers.map(({ pid }) => pid),
  });
}

interface ReadyLine {
  readonly bootstrap: string;
  readonly brokers: readonly { readonly pid: number }[];
}

interface KafkaFile {
  readonly port: number;
  readonly file: string;
}

async function formatKafka(folder: string, tools: KafkaTools): Promise<readonly KafkaFile[]> {
  const ids = Array.from({ length: BROKERS }, (_, index) => index + 1);
  const ports = new Map<number, readonly [port: number, controllerPort: number]>();
  for (const id of ids) ports.set(id, [await freePort(), await freePort()]);
  const voters = ids.map((id) => `${id}@127.0.0.1:${ports.get(id)?.[1]}`).join(',');
  const clusterId = randomBytes(16).toString('base64url').replace(/^-/, 'k');
  const files: KafkaFile[] = [];
  for (const [id, [port, controllerPort]] of ports) {
    const own = join(folder, `broker-${id}`);
    await mkdir(own);
    const file = join(own, 'server.properties');
    const properties = {
      'process.roles': 'broker,controller',
      'node.id': String(id),
      'controller.quorum.voters': voters,
      listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
      'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
      'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
      'controller.listener.names': 'CONTROLLER',
      'log.dirs': join(own, 'data'),
      ...SETTINGS,
    };
    writeFileSync(
      file,
      Object.entries(properties)
        .map(([key, value]) => `${key}=${value}\n`)
        .join(''),
    );
    await tools.run('kafka.tools.StorageTool', ['format', '-t', clusterId, '-c', file]);
    files.push({ port, file });
  }
  return files;
}

function startKafka(folder: string, files: readonly KafkaFile[]): Promise<Contender> {
  const begun = performance.now();
  const processes = files.map(({ file }) =>
    spawn('java', ['-Xms1g', '-Xmx1g', '-cp', javaClassPath('kafka'), 'kafka.Kafka', file], {
      stdio: 'ignore',
    }),
  );
  return contenderOf('Apache Kafka', {
    ...{ begun, folder, processes, logLines: [] },
    bootstrap: files.map(({ port }) => `127.0.0.1:${port}`).join(','),
    pids: processes.map(({ pid }) => pid ?? -1),
  });
}

interface Started {
  readonly begun: number;
  readonly folder: string;
  readonly bootstrap: string;
  /** What is told to end. */
  readonly processes: readonly ChildProcess[];
  readonly pids: readonly number[];
  readonly logLines: readonly string[];
}

/** Waits until each broker, asked from outside, names all of them. */
async function contenderOf(name: ContenderName, started: Started): Promise<Contender> {
  // A bench that fails half-way leaves no broker behind.
  const killAtExit = () => {
    for (const child of started.processes) child.kill('SIGTERM');
  };
  process.once('exit', killAtExit);
  const addresses = started.bootstrap.split(',');
  for (const address of addresses) await namesAll(address, addresses.length, started.processes);
  const startedInMs = performance.now() - started.begun;
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    await Promise.all(
      started.processes.map(async (child) => {
        const ended = once(child, 'exit');
        child.kill(signal);
        await ended;
      }),
    );
    process.off('exit', killAtExit);
  };
  return {
    ...{ name, startedInMs, folder: started.folder },
    ...{ bootstrap: started.bootstrap, pids: started.pids, logLines: started.logLines },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}

/** A minute is more than the slowest start seen. */
async function namesAll(address: string, count: number, processes: readonly ChildProcess[]): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (performance.now() < deadline) {
    if (processes.some(({ exitCode }) => exitCode !== null)) throw new Error('a broker ended');
    const client = new WireClient(address);
    try {
      const answer = await client.send('Metadata', 12, { topics: [] });
      if ('response' in answer && (answer.response as { brokers: unknown[] }).brokers.length === count)
        return;
    } catch {
      // Nothing listens yet.
    } finally {
      client.close();
    }
    await new Promise((done) => setTimeout(done, 5));
  }
  throw new Error(`${address} did not name ${count} brokers within a minute`);
}

function linesOf(stream: NodeJS.ReadableStream): string[] {
  const lines: string[] = [];
  createInterface({ input: stream }).on('line', (line) => lines.push(line));
  return lines;
}
