import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { brokersAlive, settled } from './cluster/cluster-state.ts';
import { SECTIONS } from './cluster/steps/all-steps.ts';
import { closeMembers } from './cluster/steps/groups-steps.ts';
import { startThreeKafkas, startThreeOdradeks, type ThreeNodes } from './cluster/three-nodes.ts';
import type { Step } from './cluster/tool-step.ts';
import { documentOf, type Pair, printedBy, unexpected } from './cluster/transcript.ts';
import { type ClusterCase, ClusterWires } from './differential/cluster-case.ts';
import { clusterCases } from './differential/cluster-cases.ts';
import { differences } from './differential/differences.ts';
import { normalize } from './differential/normalize.ts';
import { KafkaTools } from './kafka-tools.ts';

const DOCUMENT = resolve(import.meta.dirname, '../../docs/kafka-tools.md');
const PREAMBLE = `# Kafka's tools against three brokers

What Apache Kafka's own command line tools (4.3.1) print against three brokers of Apache Kafka 4.3.1 and against three of
Odradek, run one after the other by \`e2e/interop/cluster-tools.test.ts\`, which fails when they differ otherwise than
it says here, or when this page is not what they print. Lines that begin with a blank are printed by both, \`-\` by Apache
Kafka alone, \`+\` by Odradek alone. The page is written anew by

    cd e2e && ODRADEK_WRITE_TRANSCRIPT=../docs/kafka-tools.md ../node_modules/.bin/vitest run \\
      --config interop/vitest.config.ts --dir interop cluster-tools

What is rewritten before the comparison:`;

/** Three more of Apache Kafka in the place of ours: what differs then lies with the test. */
const againstOracle = process.env.ODRADEK_INTEROP_ORACLE === '1';
const written = process.env.ODRADEK_WRITE_TRANSCRIPT ?? '';

const tools = new KafkaTools();
const pairs = new Map<Step, Pair>();
let kafka: ThreeNodes;
let odradek: ThreeNodes;

beforeAll(async () => {
  kafka = await startThreeKafkas(tools);
  await serves(kafka);
  odradek = againstOracle ? await startThreeKafkas(tools) : await startThreeOdradeks();
  await serves(odradek);
});

afterAll(async () => {
  await closeMembers();
  await tools.close();
  await Promise.all([kafka?.close(), odradek?.close()]);
});

describe.each(SECTIONS.map((section) => [section.title, section.steps] as const))('%s', (_, steps) => {
  test.each(steps.map((step, index) => [`${index + 1}. ${wordsOf(step)}`, step] as const))(
    '%s',
    async (_, step) => {
      if (step.kind === 'state') {
        await Promise.all([step.bring(kafka), step.bring(odradek)]);
        return;
      }
      const theirs = await printedBy(tools, step, kafka);
      const ours = await printedBy(tools, step, odradek);
      pairs.set(step, { theirs, ours });
      const differing = unexpected({ theirs, ours }, step);
      expect(differing.odradek).toEqual(differing.kafka);
    },
  );
});

describe('the same requests to nodes of both clusters', () => {
  test.each(clusterCases.map((one) => [one.name, one] as const))('%s', async (_, one) => {
    const [theirs, ours] = await Promise.all([answers(kafka, one), answers(odradek, one)]);
    const unmeant = differences(theirs, ours).filter(
      (difference) => !(one.deviations ?? []).some(({ where }) => where.test(difference)),
    );
    expect(unmeant).toEqual([]);
  });
});

test('docs/kafka-tools.md shows what they printed', async () => {
  const text = documentOf(SECTIONS, pairs, PREAMBLE);
  if (written !== '') await writeFile(written, text);
  if (againstOracle) return;
  expect(await readFile(DOCUMENT, 'utf8')).toBe(text);
});

async function serves(cluster: ThreeNodes): Promise<void> {
  await brokersAlive(cluster, [1, 2, 3]);
  await settled(cluster);
}

async function answers(cluster: ThreeNodes, one: ClusterCase): Promise<unknown> {
  const wires = new ClusterWires(cluster);
  try {
    return normalize(await one.run(wires));
  } finally {
    wires.close();
  }
}

function wordsOf(step: Step): string {
  return step.kind === 'state' ? step.words : `${step.tool} ${step.line}`;
}
