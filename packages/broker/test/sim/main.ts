import { parseArgs } from 'node:util';
import { COUNTED, type Counted } from './findings.ts';
import { type SimulationResult, simulate } from './simulation.ts';

/*
 * `npm run sim [-- --seeds 100 --seed 1]`: runs so many simulations, the first of them with the seed given, and
 * prints how often each thing happened. Something that never happened was not tested, and is a failure too.
 */

const REPORT_EVERY = 50;
/** From so many seeds on every kind of event must have come up. */
const SEEDS_FOR_ALL = 20;

const { values } = parseArgs({
  options: { seeds: { type: 'string', default: '100' }, seed: { type: 'string', default: '1' } },
});
const first = Number(values.seed);
const count = Number(values.seeds);
const totals = new Map<Counted, number>();
const started = performance.now();
let virtualMs = 0;

for (let seed = first; seed < first + count; seed++) {
  const result = await simulate(seed);
  if (result.violations.length > 0) fail(result);
  virtualMs += result.virtualMs;
  for (const [name, times] of result.counts) totals.set(name, (totals.get(name) ?? 0) + times);
  if ((seed + 1 - first) % REPORT_EVERY === 0) report(seed + 1 - first);
}
if (count % REPORT_EVERY !== 0) report(count);
const missing = COUNTED.filter((name) => totals.get(name) === 0);
if (count >= SEEDS_FOR_ALL && missing.length > 0) {
  console.error(`never happened in ${count} seeds: ${missing.join(', ')}`);
  process.exitCode = 1;
}

function report(seeds: number): void {
  const seconds = (performance.now() - started) / 1000;
  const speed = `${Math.round((seeds / seconds) * 60)} seeds a minute, ${Math.round(virtualMs / 1000 / seconds)} virtual seconds a second`;
  const events = COUNTED.map((name) => `${name} ${totals.get(name) ?? 0}`).join(', ');
  console.log(`${seeds} seeds from ${first}: ${speed}; ${events}`);
}

function fail({ seed, kinds, violations, lastEvents, traceHash }: SimulationResult): never {
  console.error(lastEvents.join('\n'));
  console.error(
    `seed ${seed} (${kinds.join(', ')}; trace ${traceHash}): ${violations.slice(0, 5).join('\n  ')}`,
  );
  console.error(`see it again: npm run sim -- --seed ${seed} --seeds 1`);
  process.exit(1);
}
