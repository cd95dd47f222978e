import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort } from '../interop/broker-under-test.ts';
import type { MeasuredBroker } from './row.ts';

export interface Floor extends MeasuredBroker {
  stop(): Promise<void>;
}

/** Starts floor-broker.ts in a process of its own. */
export async function startFloor(): Promise<Floor> {
  const folder = await mkdtemp(join(tmpdir(), 'odradek-floor-'));
  const port = await freePort();
  const program = resolve(import.meta.dirname, 'floor-broker.ts');
  const child = spawn(process.execPath, [program, String(port), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  process.once('exit', () => child.kill('SIGKILL'));
  // It says a line when it listens.
  await Promise.race([new Promise((done) => child.stdout.once('data', done)), ended]);
  if (child.pid === undefined || child.exitCode !== null) throw new Error('the floor did not start');
  return {
    bootstrap: `127.0.0.1:${port}`,
    pids: [child.pid],
    makesTopics: true,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
