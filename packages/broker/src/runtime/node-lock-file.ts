import fs from 'node:fs';
import type { LockOutcome } from './disk.ts';

/** Who wrote a lock file. The start time tells a process from a later one that was given the same pid. */
interface Holder {
  readonly pid: number;
  readonly started: string | null;
}

const ATTEMPTS = 10;

/**
 * A lock file names its holder by pid and start time, so that the lock of a process that was killed is known to
 * be stale. Kafka leaves an empty `.lock` behind, which nobody holds.
 */
export async function lockFile(path: string): Promise<LockOutcome> {
  const own: Holder = { pid: process.pid, started: startOf(process.pid) };
  const claim = `${path}.${process.pid}.${process.hrtime.bigint()}`;
  fs.writeFileSync(claim, JSON.stringify(own), { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      // Linking is atomic and the file is complete from its first moment; opening with O_EXCL is not.
      if (linkIfFree(claim, path))
        return { kind: 'locked', release: async () => fs.rmSync(path, { force: true }) };
      const text = readIfThere(path);
      const holder = holderIn(text);
      if (holder !== null && isAlive(holder)) return { kind: 'held', holder: `process ${holder.pid}` };
      if (text !== null) removeStale(path, text, claim);
    }
    return { kind: 'held', holder: 'another process that is starting' };
  } finally {
    fs.rmSync(claim, { force: true });
  }
}

function linkIfFree(claim: string, path: string): boolean {
  try {
    fs.linkSync(claim, path);
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/**
 * Two processes may find the same stale lock. The rename gives it to one of them; if what was moved is no longer
 * what was read, the other one has locked in between, and its lock is put back.
 */
function removeStale(path: string, staleText: string, claim: string): void {
  const aside = `${claim}.stale`;
  try {
    fs.renameSync(path, aside);
  } catch (error) {
    if (isCode(error, 'ENOENT')) return;
    throw error;
  }
  if (readIfThere(aside) !== staleText) linkIfFree(aside, path);
  fs.rmSync(aside, { force: true });
}

function readIfThere(path: string): string | null {
  try {
    return fs.readFileSync(path, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null;
    throw error;
  }
}

function holderIn(text: string | null): Holder | null {
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return null;
    const { pid, started } = { pid: null, started: null, ...value };
    if (typeof pid !== 'number') return null;
    return { pid, started: typeof started === 'string' ? started : null };
  } catch {
    // Not a lock of ours: Kafka's own is an empty file.
    return null;
  }
}

function isAlive(holder: Holder): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // EPERM: it lives, under another user.
    if (!isCode(error, 'EPERM')) return false;
  }
  const started = startOf(holder.pid);
  return started === null || holder.started === null || started === holder.started;
}

/** When a process started, in ticks since boot; null where the operating system does not say (all but Linux). */
function startOf(pid: number): string | null {
  const stat = process.platform === 'linux' ? readIfThere(`/proc/${pid}/stat`) : null;
  // The second field, the command in parentheses, may itself hold spaces and parentheses.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
