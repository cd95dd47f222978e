import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RunningCluster, runningCluster } from '@odradek/contract';

const FILE = 'running.json';

/** Notes down that the cluster of `directory` is ready. Readable by its owner only: the link holds the token. */
export function noteRunning(directory: string, running: RunningCluster): void {
  const draft = join(directory, `${FILE}.new`);
  writeFileSync(draft, `${JSON.stringify(running)}\n`, { mode: 0o600 });
  renameSync(draft, join(directory, FILE));
}

/** To be called under the directory's lock: also takes away what a killed process has left. */
export function forgetRunning(directory: string): void {
  rmSync(join(directory, FILE), { force: true });
}

/** What the holder of the directory has noted down; waits for one that is still starting, then gives null. */
export async function findRunning(directory: string, patienceMs: number): Promise<RunningCluster | null> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const found = readRunning(directory);
    if (found !== null || performance.now() >= deadline) return found;
    await sleep(50);
  }
}

function readRunning(directory: string): RunningCluster | null {
  try {
    return runningCluster.parse(JSON.parse(readFileSync(join(directory, FILE), 'utf8')));
  } catch {
    // Not there yet: it is written by one rename once the cluster is ready.
    return null;
  }
}
