import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { identityOf, isRunning, parseIdentity } from './node-process-identity.ts';

describe('a process identity', () => {
  it('tells this process from another that had the same pid', () => {
    const own = identityOf(process.pid);
    expect(isRunning(own)).toBe(true);
    expect(isRunning({ ...own, started: '1' })).toBe(false);
  });

  it('is not running once the process has ended', async () => {
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: 'pipe' });
    const identity = identityOf(child.pid ?? 0);
    expect(isRunning(identity)).toBe(true);
    child.stdin.end();
    await once(child, 'exit');
    expect(isRunning(identity)).toBe(false);
  });

  it('survives its text form, and nothing else does', () => {
    const own = identityOf(process.pid);
    expect(parseIdentity(JSON.stringify(own))).toEqual(own);
    expect(['', 'null', '{', '{"pid":"1"}'].map(parseIdentity)).toEqual([null, null, null, null]);
  });
});
