import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { HOLDS_OPTIMIZERS_BACK } from './node-optimizer.ts';

/** Calls functions far more often than V8 waits for: in one turn, in which nobody looks, and then for ever. */
const PROGRAM = `
  import { optimizeWhenBusy } from ${JSON.stringify(new URL('node-optimizer.ts', import.meta.url).href)};
  const called = (sum) => { for (let step = 0; step < 500; step++) sum = (sum * 31 + step) | 0; return sum; };
  const often = () => { let sum = 0; for (let call = 0; call < 20_000; call++) sum = called(sum); return sum; };
  optimizeWhenBusy();
  often();
  console.log('end of the first turn');
  const forEver = () => { often(); setImmediate(forEver); };
  forEver();
`;

/**
 * The optimizing compilers that V8 chose for the program: in the first turn, and in whichever turn until it chose the last
 * one, which ends the program.
 */
async function chosen(flags: readonly string[]) {
  // With one thread compiling takes no time that another process could make long.
  const traced = [...flags, '--single-threaded', '--trace-opt'];
  const child = spawn(process.execPath, [...traced, '--input-type=module', '-e', PROGRAM], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const atFirst = new Set<string>();
  const inAll = new Set<string>();
  let first = true;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === 'end of the first turn') first = false;
    const compiler = /^\[marking .*<JSFunction (?:called|often) .* to (MAGLEV|TURBOFAN_JS)/.exec(line)?.[1];
    if (compiler === undefined) continue;
    inAll.add(compiler);
    if (first) atFirst.add(compiler);
    if (compiler === 'TURBOFAN_JS') break;
  }
  child.kill('SIGKILL');
  await ended;
  return { atFirst: [...atFirst], inAll: [...inAll] };
}

test('the optimizing compilers wait until the process is seen to be busy', async () => {
  expect(await chosen(HOLDS_OPTIMIZERS_BACK)).toEqual({ atFirst: [], inAll: ['MAGLEV', 'TURBOFAN_JS'] });
});

test('without the flags they do not wait', async () => {
  const both = ['MAGLEV', 'TURBOFAN_JS'];
  expect(await chosen([])).toEqual({ atFirst: both, inAll: both });
});
