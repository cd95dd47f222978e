import { parseArgs } from 'node:util';
import { patchRules } from './patched-rules.ts';
import { appendToRecord, presentCommit, recorded, recordedTotal, SeedTally } from './record.ts';
import { RULE_VARIANTS } from './rule-variants.ts';
import type { SimulationResult } from './simulation.ts';
import { TRANSACTION_VARIANTS } from './transaction-variants.ts';

/*
 * `npm run sim [-- --seeds 100 --seed 1]`: runs so many simulations, the first of them with the seed given, and
 * prints how often each thing happened. Something that never happened was not tested, and is a failure too.
 *
 * `--record` goes on behind the last seed in record.jsonl and writes down what became of each chunk; `--total` says what
 * all of them come to.
 * `--notes` tells the great moments of a seed that finds something, instead of its last events.
 * `--keep-going` runs on behind a seed that has found something. `--variant NAME` puts a known fault into the broker
 * and ends, with status 0, at the first seed that finds it; `--variants` names them all. `--plain` leaves out transactions
 * and groups of the consumer protocol, which costs half the time.
 */

const REPORT_EVERY = 50;
const RECORD_EVERY = 10;
/** From so many seeds on every kind of event must have come up. */
const SEEDS_FOR_ALL = 40;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    seed: { type: 'string' },
    record: { type: 'boolean', default: false },
    total: { type: 'boolean', default: false },
    'keep-going': { type: 'boolean', default: false },
    notes: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
    variant: { type: 'string' },
    variants: { type: 'boolean', default: false },
    plain: { type: 'boolean', default: false },
  },
});

const rules = [...RULE_VARIANTS, ...TRANSACTION_VARIANTS];
const rule = rules.find(({ name }) => name === values.variant);
const arePatched = patchRules(rule?.patches ?? []);
const { simulate } = await import('./simulation.ts');
const { VARIANTS } = await import('./variants.ts');
arePatched();
const isPlain = values.plain;
const surroundings = VARIANTS.find(({ name }) => name === values.variant) ?? null;
if (values.variant !== undefined && rule === undefined && surroundings === null)
  throw new Error(`there is no variant ${values.variant}`);

const first = Number(values.seed ?? (values.record ? nextSeed() : 1));
const last = first + Number(values.seeds) - 1;

if (values.variants) for (const { name } of [...rules, ...VARIANTS]) console.log(name);
else if (values.total) console.log(recordedTotal());
else if (values.variant === undefined) await runAll();
else await findOut(values.variant);

function nextSeed(): number {
  return Math.max(0, ...recorded().map(({ to }) => to)) + 1;
}

/** Runs seeds until one finds what is wrong. */
async function findOut(name: string): Promise<void> {
  for (let seed = first; seed <= last; seed++) {
    const result = await simulate(seed, { variant: surroundings, isPlain });
    if (values.verbose) console.log(lineOf(result));
    const [found] = result.violations;
    if (found === undefined) continue;
    console.log(`${name}: found by seed ${seed}, the ${seed - first + 1}th: ${found.split('\n')[0]}`);
    return;
  }
  console.error(`${name}: not found by seeds ${first} to ${last}`);
  process.exitCode = 1;
}

async function runAll(): Promise<void> {
  const commit = values.record ? presentCommit() : '';
  const whole = new SeedTally(first);
  let chunk = new SeedTally(first);
  for (let seed = first; seed <= last; seed++) {
    const result = await simulate(seed, { isPlain });
    whole.add(result);
    chunk.add(result);
    if (values.verbose) console.log(lineOf(result));
    if (result.violations.length > 0) tell(result);
    if (values.record && (chunk.seeds === RECORD_EVERY || seed === last)) {
      appendToRecord(chunk.line(commit));
      chunk = new SeedTally(seed + 1);
    }
    if (whole.seeds % REPORT_EVERY === 0 || seed === last) console.log(whole.text());
    if (result.violations.length > 0 && !values['keep-going'] && !values.record) return;
  }
  if (whole.seeds < SEEDS_FOR_ALL || whole.missing.length === 0) return;
  console.error(`never happened in ${whole.seeds} seeds: ${whole.missing.join(', ')}`);
  process.exitCode = 1;
}

function lineOf({
  seed,
  nodes,
  budget,
  violations,
  counts,
  faults,
  events,
  virtualMs,
}: SimulationResult): string {
  const about = `${counts.get('acknowledged')} acknowledged, ${faults} faults, ${events} events in ${Math.round(virtualMs / 1000)} s`;
  return `seed ${seed}: ${nodes} nodes, ${budget}, ${about}: ${violations[0]?.slice(0, 400) ?? 'holds'}`;
}

function tell({
  seed,
  nodes,
  budget,
  kinds,
  violations,
  lastEvents,
  notes,
  traceHash,
}: SimulationResult): void {
  process.exitCode = 1;
  if (values.notes) console.error(notes.join('\n'));
  if (!values['keep-going'] && !values.record && !values.notes) console.error(lastEvents.join('\n'));
  console.error(
    `seed ${seed} (${nodes} nodes, ${budget}; ${kinds.join(', ')}; trace ${traceHash}): ${violations.slice(0, 5).join('\n  ')}`,
  );
  console.error(`see it again: npm run sim -- --seed ${seed} --seeds 1`);
}
