// `npm run bench [-- ROW …]`: Apache Kafka 4.3.1 and Odradek side by side on this machine, by the method of
// docs/performance.md: both warmed, interleaved pairs, the median of the paired ratios with its range.
import { KafkaTools } from '../interop/kafka-tools.ts';
import { type Contender, type ContenderName, startContender } from './contender.ts';
import type { Budget, Measurement, Row } from './row.ts';
import { rows } from './rows.ts';

type Pair = Record<ContenderName, readonly Measurement[]>;

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !rows.some((row) => row.name === name));
if (unknown.length > 0) {
  console.error(
    `No row is called ${unknown.join(', ')}; there are ${rows.map((row) => row.name).join(', ')}.`,
  );
  process.exit(2);
}

const tools = new KafkaTools();
const lines: string[] = [];
for (const row of rows.filter(({ name }) => asked.length === 0 || asked.includes(name))) {
  console.error(`${row.name}: ${row.pairs} pairs …`);
  lines.push(...tableLines(row, await pairsOf(row)));
}
await tools.close();
console.log('| quantity | Apache Kafka 4.3.1 | Odradek | ratio (range) | budget | |');
console.log('|---|---|---|---|---|---|');
for (const line of lines) console.log(line);

async function pairsOf(row: Row): Promise<Pair[]> {
  const running = row.keepsRunning ? await startBoth() : null;
  const pairs: Pair[] = [];
  // The first pair warms both and is thrown away where they keep running.
  const rounds = running === null ? row.pairs : row.pairs + 1;
  for (let round = 0; round < rounds; round += 1) {
    const order: ContenderName[] =
      round % 2 === 0 ? ['Apache Kafka', 'Odradek'] : ['Odradek', 'Apache Kafka'];
    const pair = await row.measure({ tools, running, order });
    if (running === null || round > 0) pairs.push(pair);
    console.error(`  ${round}: ${inWords(pair)}`);
  }
  if (running !== null) await Promise.all(Object.values(running).map((contender) => contender.stop()));
  return pairs;
}

async function startBoth(): Promise<Record<ContenderName, Contender>> {
  return {
    'Apache Kafka': await startContender('Apache Kafka', tools),
    Odradek: await startContender('Odradek', tools),
  };
}

function tableLines(row: Row, pairs: readonly Pair[]): string[] {
  const quantities = new Set(pairs.flatMap((pair) => pair.Odradek.map(({ quantity }) => quantity)));
  return [...quantities].map((quantity) => {
    const theirs = pairs
      .map((pair) => measuredOf(pair['Apache Kafka'], quantity))
      .filter((value) => value !== null);
    const ours = pairs.map((pair) => measuredOf(pair.Odradek, quantity)).filter((value) => value !== null);
    const ratios = ours.map((value, index) => value / (theirs[index] ?? Number.NaN)).filter(Number.isFinite);
    const budget = row.budgets.find((candidate) => candidate.quantity === quantity);
    const cells = [
      quantity,
      theirs.length === 0 ? '–' : shown(median(theirs)),
      shown(median(ours)),
      ratios.length === 0
        ? '–'
        : `${shown(median(ratios))} (${shown(Math.min(...ratios))}–${shown(Math.max(...ratios))})`,
      budget === undefined ? '–' : `${budget.kind} ${budget.bound}`,
      budget === undefined ? '' : isMet(budget, ours, ratios) ? 'met' : 'NOT MET',
    ];
    return `| ${cells.join(' | ')} |`;
  });
}

/** Noise on a shared machine is a few per cent: a ratio of "at least 1" is met by a median of 0.95. */
function isMet(budget: Budget, ours: readonly number[], ratios: readonly number[]): boolean {
  if (budget.kind === 'at most') return median(ours) <= budget.bound;
  if (budget.kind === 'at least') return median(ours) >= budget.bound;
  return budget.kind === 'ratio at least'
    ? median(ratios) >= budget.bound * 0.95
    : median(ratios) <= budget.bound * 1.05;
}

function measuredOf(measurements: readonly Measurement[], quantity: string): number | null {
  return measurements.find((measurement) => measurement.quantity === quantity)?.value ?? null;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

function shown(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

function inWords(pair: Pair): string {
  return Object.entries(pair)
    .map(
      ([name, measured]) =>
        `${name} ${measured.map(({ quantity, value }) => `${quantity} ${shown(value)}`).join(', ')}`,
    )
    .join(' | ');
}
