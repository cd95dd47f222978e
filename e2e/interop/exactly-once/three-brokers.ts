import { brokersAlive, everythingInSync, settled } from '../cluster/cluster-state.ts';
import { startThreeKafkas, startThreeOdradeks, type ThreeNodes } from '../cluster/three-nodes.ts';
import { WireClient } from '../differential/wire-client.ts';
import { KafkaTools } from '../kafka-tools.ts';

/** The same suites against Apache Kafka: what fails then lies with the test. */
export const againstOracle = process.env.ODRADEK_INTEROP_ORACLE === '1';

const SETTINGS = {
  'default.replication.factor': '3',
  'min.insync.replicas': '2',
  'transaction.state.log.num.partitions': '6',
  'offsets.topic.num.partitions': '6',
  // A broker that was killed is missed this soon, so that a run of several kills is short.
  'broker.session.timeout.ms': '3000',
  'group.min.session.timeout.ms': '1000',
};

/** Three brokers, of ours or of Apache Kafka, that serve. */
export async function startThreeBrokers(): Promise<ThreeNodes> {
  const cluster = againstOracle ? await threeKafkas() : await startThreeOdradeks(SETTINGS);
  await brokersAlive(cluster, [1, 2, 3]);
  await settled(cluster);
  return cluster;
}

async function threeKafkas(): Promise<ThreeNodes> {
  const tools = new KafkaTools();
  const cluster = await startThreeKafkas(tools, SETTINGS);
  await tools.close();
  return cluster;
}

/** The addresses of all three. */
export function bootstrapOf({ nodes }: ThreeNodes): string {
  return nodes.map(({ bootstrap }) => bootstrap).join(',');
}

/** Creates topics of so many partitions, each on all three brokers. */
export async function createTopics(
  cluster: ThreeNodes,
  partitions: Readonly<Record<string, number>>,
): Promise<void> {
  const topics = Object.entries(partitions).map(([name, numPartitions]) => ({
    ...{ name, numPartitions, replicationFactor: 3, assignments: [], configs: [] },
  }));
  const wire = new WireClient(bootstrapOf(cluster).split(',')[0] ?? '');
  const answer = await wire.send('CreateTopics', 7, { topics, timeoutMs: 20_000, validateOnly: false });
  wire.close();
  if (/"errorCode":[^0]/.test(JSON.stringify(answer))) throw new Error(JSON.stringify(answer));
  await settled(cluster);
}

/**
 * Kills (`kill -9`) one broker after the other, so many in all, each when `isDue` resolves, and starts it again when
 * the others have missed it; the next is not killed before all replicas are in sync.
 */
export async function killBrokers(
  cluster: ThreeNodes,
  kills: number,
  isDue: (kill: number) => Promise<void>,
): Promise<void> {
  for (let kill = 0; kill < kills; kill++) {
    await isDue(kill);
    const node = cluster.nodes[kill % cluster.nodes.length];
    if (node === undefined) throw new Error('a cluster without nodes');
    await node.end('SIGKILL');
    await brokersAlive(
      cluster,
      cluster.nodes.filter(({ id }) => id !== node.id).map(({ id }) => id),
    );
    node.start();
    await brokersAlive(cluster, [1, 2, 3]);
    await everythingInSync(cluster);
  }
}
