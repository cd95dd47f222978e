import { setImmediate as nextTurn } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { DecoderFuzz, FuzzFailure } from './decoder-fuzz.ts';

/*
 * `npm run fuzz [-- --inputs 1000000 --seed 1 --from 0]`: feeds the decoders and prints what came of the inputs. The
 * same seed makes the same inputs; a run that was stopped goes on with `--from` the index printed last.
 */

const REPORT_EVERY = 100_000;
const TURN_EVERY = 1000;
/** Far above any honest input, even on a machine that is busy with other things. */
const HANGING_MS = 2_000;

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
  },
});

const seed = Number(values.seed);
const from = Number(values.from);
const end = from + Number(values.inputs);
const fuzz = new DecoderFuzz();
const counts = new Map<string, number>();
const started = performance.now();
let slowest = { index: from, ms: 0 };

for (let index = from; index < end; index++) {
  const before = performance.now();
  tally(runOne(index));
  const ms = performance.now() - before;
  if (ms > slowest.ms) slowest = { index, ms };
  if (ms > HANGING_MS) fail(index, `took ${Math.round(ms)} ms`);
  if ((index + 1 - from) % REPORT_EVERY === 0) report(index + 1);
  // node:zlib lets go of a failed stream's memory only in a later turn of the loop.
  if (index % TURN_EVERY === 0) await nextTurn();
}
if ((end - from) % REPORT_EVERY !== 0) report(end);

function runOne(index: number): string {
  try {
    return fuzz.run(seed, index);
  } catch (error) {
    if (!(error instanceof FuzzFailure)) throw error;
    console.error(error);
    return fail(index, error.message);
  }
}

function fail(index: number, reason: string): never {
  console.error(`seed ${seed}, input ${index}: ${reason}`);
  console.error(`see it again: npm run fuzz -- --seed ${seed} --from ${index} --inputs 1`);
  process.exit(1);
}

function tally(outcome: string): void {
  counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
}

function report(next: number): void {
  const seconds = (performance.now() - started) / 1000;
  const rate = Math.round((next - from) / seconds);
  const outcomes = [...counts].map(([outcome, count]) => `${outcome} ${count}`).join(', ');
  const memory = Math.round(process.memoryUsage().rss / 1e6);
  console.log(
    `seed ${seed}, next input ${next}: ${outcomes}; ${rate}/s, slowest ${slowest.ms.toFixed(1)} ms (input ${slowest.index}), ${memory} MB`,
  );
}
