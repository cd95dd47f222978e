// `npm run bench [-- ROW …]`: Apache Kafka 4.3.1 and Odradek side by side on this machine, by the method of
// docs/performance.md: both warmed, interleaved pairs, the median of the paired ratios with its range.
import { KafkaTools } from '../interop/kafka-tools.ts';
import { startClusterContender } from './cluster-contender.ts';
import { type Contender, type ContenderName, startContender } from './contender.ts';
import { startFloor } from './floor.ts';
import type { Measurement, Row } from './row.ts';
import { rows } from './rows.ts';
import { type Round, shown, TABLE_HEAD, tableLines } from './table.ts';

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !rows.some((row) => row.name === name));
if (unknown.length > 0) {
  console.error(
    `No row is called ${unknown.join(', ')}; there are ${rows.map((row) => row.name).join(', ')}.`,
  );
  process.exit(2);
}

// As Kafka's own scripts run its clients: compiled as well as the JVM can.
const tools = new KafkaTools(['-XX:+UseG1GC']);
const lines: string[] = [];
for (const row of rows.filter(({ name }) => asked.length === 0 || asked.includes(name))) {
  console.error(`${row.name}: ${row.pairs} pairs …`);
  lines.push(...tableLines(row, await roundsOf(row)));
}
await tools.close();
for (const line of [...TABLE_HEAD, ...lines]) console.log(line);

async function roundsOf(row: Row): Promise<Round[]> {
  const running = row.keepsRunning ? await startBoth(row) : null;
  const floor = row.measureFloor === undefined ? null : await startFloor();
  const rounds: Round[] = [];
  // The first round warms all and is thrown away where they keep running.
  const count = running === null ? row.pairs : row.pairs + 1;
  for (let number = 0; number < count; number += 1) {
    const order: ContenderName[] =
      number % 2 === 0 ? ['Apache Kafka', 'Odradek'] : ['Odradek', 'Apache Kafka'];
    const pair = await row.measure({ tools, running, order });
    const least: readonly Measurement[] =
      floor === null || row.measureFloor === undefined ? [] : await row.measureFloor(tools, floor);
    const round: Round = { ...pair, floor: least };
    if (running === null || number > 0) rounds.push(round);
    console.error(`  ${number}: ${inWords(round)}`);
  }
  if (running !== null) await Promise.all(Object.values(running).map((contender) => contender.stop()));
  await floor?.stop();
  return rounds;
}

async function startBoth({ contenders }: Row): Promise<Record<ContenderName, Contender>> {
  const start = contenders === 'clusters' ? startClusterContender : startContender;
  return { 'Apache Kafka': await start('Apache Kafka', tools), Odradek: await start('Odradek', tools) };
}

function inWords(round: Round): string {
  return Object.entries(round)
    .filter(([, measured]) => measured.length > 0)
    .map(
      ([name, measured]) =>
        `${name} ${measured.map(({ quantity, value }) => `${quantity} ${shown(value)}`).join(', ')}`,
    )
    .join(' | ');
}
