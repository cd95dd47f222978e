import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

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
  const told = new EventEmitter<{ running: [pid: number] }>();
  const ready = await readyLine(child, told);
  let brokerPid = ready.brokers[0]?.pid ?? -1;
  told.on('running', (pid) => {
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
      while (brokerPid === pid) await once(told, 'running');
    },
    stop,
    close: async () => {
      await stop();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}

/** A TCP port that was free on loopback a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no TCP port');
  return address.port;
}

function readyLine(child: ChildProcess, told: EventEmitter<{ running: [pid: number] }>): Promise<ReadyLine> {
  return new Promise((resolve, reject) => {
    let stderr = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-8_000);
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`odradek up ended with ${code}:\n${stderr}`)));
    if (child.stdout === null) throw new Error('odradek up has no standard output');
    createInterface({ input: child.stdout }).on('line', (line) => {
      const parsed = JSON.parse(line) as ReadyLine | BrokerLine;
      if ('ready' in parsed) resolve(parsed);
      else if (parsed.state === 'running' && parsed.pid !== undefined) told.emit('running', parsed.pid);
    });
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await exit;
}
