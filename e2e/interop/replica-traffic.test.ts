import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { brokersAlive, settled } from './cluster/cluster-state.ts';
import { startThreeKafkas, startThreeOdradeks, type ThreeNodes } from './cluster/three-nodes.ts';
import { type ClusterCase, ClusterWires } from './differential/cluster-case.ts';
import { differences } from './differential/differences.ts';
import { diskMoveCases } from './differential/disk-move-cases.ts';
import { nearestReplicaCases } from './differential/nearest-replica-cases.ts';
import { normalize } from './differential/normalize.ts';
import { throttleCases } from './differential/throttle-cases.ts';
import { KafkaTools } from './kafka-tools.ts';

/** Three more of Apache Kafka in the place of ours: what differs then lies with the test. */
const againstOracle = process.env.ODRADEK_INTEROP_ORACLE === '1';

const settings = (id: number) => ({
  'broker.rack': `rack-${id}`,
  'replica.selector.class': 'org.apache.kafka.common.replica.RackAwareReplicaSelector',
  // Little at a time, and short windows: a throttled follower is seen to be held back within seconds.
  'replica.fetch.max.bytes': '100000',
  'replication.quota.window.num': '2',
});

let kafka: ThreeNodes;
let odradek: ThreeNodes;

beforeAll(async () => {
  const tools = new KafkaTools();
  kafka = await startThreeKafkas(tools, settings);
  odradek = againstOracle ? await startThreeKafkas(tools, settings) : await startThreeOdradeks(settings);
  await tools.close();
  for (const cluster of [kafka, odradek]) {
    await brokersAlive(cluster, [1, 2, 3]);
    await settled(cluster);
  }
});

afterAll(() => Promise.all([kafka?.close(), odradek?.close()]));

describe.each([
  ['the nearest replica', nearestReplicaCases],
  ['throttled replication', throttleCases],
  ['replicas move between disks', diskMoveCases],
] as const)('%s', (_, cases) => {
  test.each(cases.map((one) => [one.name, one] as const))('%s', async (_, one) => {
    const [theirs, ours] = await Promise.all([answers(kafka, one), answers(odradek, one)]);
    expect(differences(theirs, ours)).toEqual([]);
  });
});

async function answers(cluster: ThreeNodes, one: ClusterCase): Promise<unknown> {
  const wires = new ClusterWires(cluster);
  try {
    return normalize(await one.run(wires));
  } finally {
    wires.close();
  }
}
