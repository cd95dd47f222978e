import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve as resolvePath } from 'node:path';
import { createInterface } from 'node:readline';
import { type BrokerUnderTest, freePort, isFree, startOdradek } from '../interop/broker-under-test.ts';
import { test as consoleTest } from './console-test.ts';

const BROKERS = 3;

/** A test with a cluster of three brokers, shared by the tests of a file. */
export const test = consoleTest.extend<object, { cluster: BrokerUnderTest }>({
  cluster: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs from its first parameter
    async ({}, use) => {
      const port = String(await firstOfFreePorts(BROKERS));
      const args = ['--brokers', String(BROKERS), '--port', port];
      const cluster = await startOdradek({ console: true, args });
      await use(cluster);
      await cluster.close();
    },
    { scope: 'worker', timeout: 300_000 },
  ],
});

/** A console of its own, which watches a cluster that it did not start. */
export interface WatchingConsole {
  /** The link with the token. */
  readonly open: string;
  close(): Promise<void>;
}

/** Starts `odradek console` on a free TCP port for a cluster that is called `watched` there. */
export async function watchCluster(bootstrap: string): Promise<WatchingConsole> {
  const directory = await mkdtemp(join(tmpdir(), 'odradek-console-'));
  const [server = ''] = bootstrap.split(',');
  const child = spawn(
    resolvePath(import.meta.dirname, '../../bin/odradek'),
    [
      ...['console', '--json', '--cluster', `watched=${server}`, '--port', '0'],
      ...['--data', directory, '--sample-interval', '1s'],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const { open } = JSON.parse(await firstLine(child)) as { open: string };
  return {
    open,
    close: async () => {
      const ended = new Promise((done) => child.once('exit', done));
      child.kill('SIGTERM');
      await ended;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((done, fail) => {
    child.once('exit', (code) => fail(new Error(`odradek console ended with ${code}`)));
    if (child.stdout === null) throw new Error('odradek console has no standard output');
    createInterface({ input: child.stdout }).once('line', done);
  });
}

/** The first of some TCP ports in a row that were all free a moment ago. */
async function firstOfFreePorts(count: number): Promise<number> {
  for (;;) {
    const first = await freePort();
    const row = await Promise.all(Array.from({ length: count }, (_, index) => isFree(first + index)));
    if (row.every(Boolean)) return first;
  }
}
