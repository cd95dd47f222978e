import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { inTime, until } from './patience.ts';

/** A running Kafka-compatible cluster that tests talk to by its bootstrap address alone. */
export interface BrokerUnderTest {
  readonly bootstrap: string;
  /** Where the console answers, when it was started with one. */
  readonly open: string | null;
  readonly dataDirectory: string;
  /** The process that supervises the brokers and serves the console. */
  readonly supervisorPid: number;
  /** The process id of the broker, by the last line that `up --json` wrote of it. */
  brokerPid(): number;
  /** Resolves when the supervisor has said that a broker with another process id than this one is running. */
  brokerAfter(pid: number): Promise<void>;
  /** Ends it cleanly; the data directory stays. */
  stop(): Promise<void>;
  /** Ends it cleanly and removes its data. */
  close(): Promise<void>;
}

interface ReadyLine {
  readonly ready: true;
  readonly bootstrap: string;
  readonly open?: string;
  readonly brokers: readonly { readonly pid: number }[];
}

interface BrokerLine {
  readonly event: 'broker';
  readonly state: string;
  readonly pid?: number;
}

interface Options {
  /** How many brokers; one unless given. */
  readonly brokers?: number;
  readonly console?: boolean;
  readonly dataDirectory?: string;
  readonly settings?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
}

/** Starts `bin/odradek up --json` on free TCP ports and waits until it says it is ready. */
export async function startOdradek(options: Options = {}): Promise<BrokerUnderTest> {
  const dataDirectory = options.dataDirectory ?? (await mkdtemp(join(tmpdir(), 'odradek-e2e-')));
  const port = await freePort();
  const settings = Object.entries(options.settings ?? {}).flatMap(([key, value]) => [
    '--set',
    `${key}=${value}`,
  ]);
  const child = spawn(
    resolve(import.meta.dirname, '../../bin/odradek'),
    [
      ...[
        'up',
        '--json',
        '--data',
        dataDirectory,
        '--brokers',
        String(options.brokers ?? 1),
        '--port',
        String(port),
      ],
      ...(options.console ? ['--console-port', '0'] : ['--no-console']),
      ...settings,
      ...(options.args ?? []),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let brokerPid = -1;
  const ready = await readyLine(child, (pid) => {
    brokerPid = pid;
  });
  const stop = () => ended(child);
  return {
    bootstrap: ready.bootstrap,
    open: ready.open ?? null,
    dataDirectory,
    supervisorPid: child.pid ?? -1,
    brokerPid: () => brokerPid,
    brokerAfter: async (pid) => {
      await until(`another broker than ${pid} runs`, () => brokerPid !== pid);
    },
    stop,
    close: async () => {
      await stop();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}

/**
 * Below the ports that the system gives out by itself, for the near ends of connections and to who asks for any: a
 * broker that was killed finds its port free when it is started again.
 */
const FIRST_PORT = 10_000;
const PORTS = 10_000;
let nextPort = randomInt(PORTS);

/** A TCP port that was free on loopback a moment ago, and that nobody else in this process was given. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + (nextPort++ % PORTS);
    if (await isFree(port)) return port;
  }
}

/** Whether a TCP port of loopback can be listened on now. */
export function isFree(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const server = createServer();
  server.once('error', () => resolve(false));
  server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  return promise;
}

function readyLine(child: ChildProcess, hearPid: (pid: number) => void): Promise<ReadyLine> {
  let stderr = '';
  const ready = new Promise<ReadyLine>((resolve, reject) => {
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-8_000);
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`odradek up ended with ${code}:\n${stderr}`)));
    if (child.stdout === null) throw new Error('odradek up has no standard output');
    createInterface({ input: child.stdout }).on('line', (line) => {
      const parsed = JSON.parse(line) as ReadyLine | BrokerLine;
      if ('ready' in parsed) {
        hearPid(parsed.brokers[0]?.pid ?? -1);
        resolve(parsed);
      } else if (parsed.state === 'running' && parsed.pid !== undefined) hearPid(parsed.pid);
    });
  });
  return inTime('odradek up is ready', ready, () => stderr);
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await inTime('odradek up ends upon SIGTERM', exit);
}
