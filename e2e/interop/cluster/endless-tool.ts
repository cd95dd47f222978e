import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { javaClassPath } from '../../tools/workshop.mjs';
import { PATIENCE_MS } from '../patience.ts';

const SMALL_JVM = ['-Xmx128m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];

/**
 * Runs a tool that never ends of itself, in a JVM of its own, until it has printed a line that matches `last`;
 * resolves with what it had printed by then.
 */
export async function outputUntil(main: string, args: readonly string[], last: RegExp): Promise<string> {
  const child = spawn('java', [...SMALL_JVM, '-cp', javaClassPath('kafka'), main, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  const printed: string[] = [];
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-8_000);
  });
  const tooLong = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  for await (const line of createInterface({ input: child.stdout })) {
    printed.push(line);
    if (last.test(line)) break;
  }
  clearTimeout(tooLong);
  const isDone = last.test(printed.at(-1) ?? '');
  child.kill('SIGKILL');
  await ended;
  if (!isDone) throw new Error(`${main} ended before it printed ${last}:\n${printed.join('\n')}\n${stderr}`);
  return printed.join('\n');
}
