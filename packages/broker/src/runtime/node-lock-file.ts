import fs from 'node:fs';
import type { LockOutcome } from './disk.ts';
import { identityOf, isRunning, parseIdentity } from './node-process-identity.ts';
import { systemErrorCode } from './system-error-code.ts';

const ATTEMPTS = 10;

/**
 * A lock file names its holder by pid and start time, so that the lock of a process that was killed is known to
 * be stale. Kafka leaves an empty `.lock` behind, which nobody holds.
 */
export async function lockFile(path: string): Promise<LockOutcome> {
  const claim = `${path}.${process.pid}.${process.hrtime.bigint()}`;
  fs.writeFileSync(claim, JSON.stringify(identityOf(process.pid)), { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      // Linking is atomic and the file is complete from its first moment; opening with O_EXCL is not.
      if (linkIfFree(claim, path))
        return { kind: 'locked', release: async () => fs.rmSync(path, { force: true }) };
      const text = readIfThere(path);
      const holder = text === null ? null : parseIdentity(text);
      if (holder !== null && isRunning(holder)) return { kind: 'held', holder: `process ${holder.pid}` };
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
    if (systemErrorCode(error) === 'EEXIST') return false;
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
    if (systemErrorCode(error) === 'ENOENT') return;
    throw error;
  }
  if (readIfThere(aside) !== staleText) linkIfFree(aside, path);
  fs.rmSync(aside, { force: true });
}

function readIfThere(path: string): string | null {
  try {
    return fs.readFileSync(path, 'utf8');
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return null;
    throw error;
  }
}
