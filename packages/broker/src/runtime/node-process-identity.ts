import fs from 'node:fs';
import { systemErrorCode } from './system-error-code.ts';

/** A process of this machine. The start time tells it from a later one that was given the same pid. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Ticks since boot; null where the operating system does not say (all but Linux). */
  readonly started: string | null;
}

/** The identity of the process that has this pid at present. */
export function identityOf(pid: number): ProcessIdentity {
  return { pid, started: statOf(pid)?.started ?? null };
}

/** Whether this very process runs. One that has ended and only waits to be collected by its parent does not. */
export function isRunning(identity: ProcessIdentity): boolean {
  try {
    process.kill(identity.pid, 0);
  } catch (error) {
    // EPERM: it lives, under another user.
    if (systemErrorCode(error) !== 'EPERM') return false;
  }
  const stat = statOf(identity.pid);
  if (stat === null) return true;
  return stat.state !== 'Z' && (identity.started === null || stat.started === identity.started);
}

/** Whether a signal holds this process still; null where the operating system does not say (all but Linux). */
export function isHalted(identity: ProcessIdentity): boolean | null {
  if (process.platform !== 'linux') return null;
  const stat = statOf(identity.pid);
  return stat !== null && stat.started === identity.started && stat.state === 'T';
}

/** An identity from its JSON text; null when it is none. */
export function parseIdentity(text: string): ProcessIdentity | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return null;
    const { pid, started } = { pid: null, started: null, ...value };
    if (typeof pid !== 'number') return null;
    return { pid, started: typeof started === 'string' ? started : null };
  } catch {
    // Not written by us, or not to its end.
    return null;
  }
}

/** From /proc; null where there is none, and for a process that is not there. */
function statOf(pid: number): { state: string; started: string } | null {
  if (process.platform !== 'linux') return null;
  let stat: string;
  try {
    stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    // It has ended since: nothing is there to read.
    return null;
  }
  // The second field, the command in parentheses, may itself hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '', started: fields[19] ?? '' };
}
