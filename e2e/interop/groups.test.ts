import { afterAll, beforeAll, expect, test } from 'vitest';
import { ownedTwice, wronglyBegun } from './clients/group-history.ts';
import { GroupMembers } from './clients/group-members.ts';
import { VerifiableConsumer } from './clients/verifiable-consumer.ts';
import { brokersAlive, partitionsAre } from './cluster/cluster-state.ts';
import { coordinatorOf } from './cluster/group-state.ts';
import { startThreeKafkas, startThreeOdradeks, type ThreeNodes } from './cluster/three-nodes.ts';
import { batch, produceBody } from './differential/batches.ts';
import { WireClient } from './differential/wire-client.ts';
import { noteFinding } from './interop-findings.ts';
import { KafkaTools } from './kafka-tools.ts';

/** The same against Apache Kafka tells a fault of the test from ours. */
const againstOracle = process.env.ODRADEK_INTEROP_ORACLE === '1';

const SETTINGS = {
  'broker.session.timeout.ms': '3000',
  'min.insync.replicas': '2',
  'group.max.size': '6',
};
const PARTITIONS = [0, 1, 2, 3, 4, 5];
const IN_SYNC = { isr: [1, 2, 3] };
const COOPERATIVE = 'org.apache.kafka.clients.consumer.CooperativeStickyAssignor';

let cluster: ThreeNodes;
let members: GroupMembers;
let load: Load;

beforeAll(async () => {
  const tools = againstOracle ? new KafkaTools() : null;
  cluster = tools === null ? await startThreeOdradeks(SETTINGS) : await startThreeKafkas(tools, SETTINGS);
  await brokersAlive(cluster, [1, 2, 3]);
  const wire = new WireClient(bootstrapOf(1));
  const topics = ['orders', 'seats', 'verified'].map((name) => ({
    ...{ name, numPartitions: PARTITIONS.length, replicationFactor: 3 },
  }));
  await wire.send('CreateTopics', 7, { topics, timeoutMs: 10_000 });
  wire.close();
  for (const { name } of topics) {
    await partitionsAre(
      cluster,
      name,
      PARTITIONS.map(() => IN_SYNC),
    );
  }
  members = new GroupMembers();
  load = new Load(cluster, ['orders', 'verified']);
  await tools?.close();
}, 120_000);

afterAll(async () => {
  await load?.end();
  await members?.close();
  await cluster?.close();
});

test('cooperative consumers go on where they were while coordinators are killed', async () => {
  const group = 'cooperative';
  const configs = { ...consumerConfigs(group), 'partition.assignment.strategy': COOPERATIVE };
  const names = ['c0', 'c1', 'c2', 'c3', 'c4'];
  for (const name of names) await members.open(name, 'orders', { commits: true, configs });
  members.go();
  await members.until('five members share six partitions', () => isShared(names));
  await readsGoOn();
  for (const round of ['at rest', 'in a rebalance']) {
    if (round === 'in a rebalance') {
      names.push('c5');
      await members.open('c5', 'orders', { commits: true, configs });
      members.go();
    }
    const killed = await killCoordinator(group);
    await members.until(`${round}: ${names.length} members share them`, () => isShared(names));
    await readsGoOn();
    await restart(killed);
  }
  expect(ownedTwice(members.events)).toEqual([]);
  expect(wronglyBegun(members.events)).toEqual([]);
  // No seventh: `group.max.size` is six.
  await members.open('c6', 'orders', { configs });
  members.go();
  await members.until('the seventh is told so', () => members.has('failed', 'c6'));
  expect(members.events.find(({ kind, name }) => kind === 'failed' && name === 'c6')?.words).toEqual([
    'GroupMaxSizeReachedException',
  ]);
  for (const name of names) members.leave(name);
  await members.until('all have left', () => names.every((name) => members.has('closed', name)));
  await found(
    'cooperative-sticky Java consumers, two coordinators killed',
    'taken over where it was committed, nothing skipped',
  );
}, 240_000);

test('static members keep their seats, are fenced by their doubles and removed by an administrator', async () => {
  const configs = (seat: string) => ({ ...consumerConfigs('static'), 'group.instance.id': seat });
  await members.open('s0', 'seats', { configs: configs('seat-0') });
  await members.open('s1', 'seats', { configs: configs('seat-1') });
  members.go();
  await members.until('two seats share six partitions', () => isShared(['s0', 's1']));
  const before = members.owned.get('s1');
  // A static member that ends does not leave, and has its seat when it is there again.
  members.leave('s1');
  await members.until('the member ends', () => members.has('closed', 's1'));
  await members.open('s1-again', 'seats', { configs: configs('seat-1') });
  members.go();
  await members.until('it has its seat again', () => ownedBy('s1-again').length > 0);
  expect(members.owned.get('s1-again')).toMatchObject({
    ...{ generation: before?.generation, partitions: before?.partitions },
  });
  await members.open('s0-double', 'seats', { configs: configs('seat-0') });
  members.go();
  await members.until('the first is fenced', () => members.has('failed', 's0'));
  expect(members.events.find(({ kind, name }) => kind === 'failed' && name === 's0')?.words).toEqual([
    'FencedInstanceIdException',
  ]);
  await members.until('the double has the seat', () => ownedBy('s0-double').length > 0);
  members.leave('s1-again');
  await members.until('the member ends', () => members.has('closed', 's1-again'));
  const killed = await killCoordinator('static');
  await members.remove(bootstrapOf(killed === 1 ? 2 : 1), 'static', 'seat-1');
  await members.until('one seat has all', () => ownedBy('s0-double').length === PARTITIONS.length);
  await restart(killed);
  members.leave('s0-double');
  await found('static Java members: doubles, an administrator, a killed coordinator', 'fenced and removed');
}, 240_000);

test("Kafka's VerifiableConsumer counts every record while its coordinator is killed", async () => {
  const consumer = new VerifiableConsumer([
    ...['--bootstrap-server', bootstraps(), '--topic', 'verified', '--group-id', 'verifiable'],
    ...['--group-protocol', 'classic', '--assignment-strategy', COOPERATIVE],
    ...['--reset-policy', 'earliest', '--max-messages', '2500'],
  ]);
  await consumer.hasRead(500);
  const killed = await killCoordinator('verifiable');
  const events = await consumer.end();
  await restart(killed);
  const next = new Map<number, number>();
  for (const { name, partitions = [] } of events) {
    if (name !== 'records_consumed') continue;
    for (const { partition, minOffset, maxOffset } of partitions) {
      expect(minOffset, `partition ${partition}`).toBe(next.get(partition) ?? 0);
      next.set(partition, maxOffset + 1);
    }
  }
  expect([...next.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(2_500);
  expect(events.filter(({ name, success }) => name === 'offsets_committed' && success)).not.toEqual([]);
  await found("Kafka's VerifiableConsumer (classic), its coordinator killed", 'each record once, in order');
}, 240_000);

async function found(judge: string, text: string): Promise<void> {
  if (!againstOracle) await noteFinding({ judge, asked: 'groups over three brokers', found: text });
}

function consumerConfigs(group: string) {
  return {
    ...{ 'bootstrap.servers': bootstraps(), 'group.id': group, 'auto.offset.reset': 'earliest' },
    ...{ 'heartbeat.interval.ms': '500', 'session.timeout.ms': '30000', 'max.poll.records': '50' },
    // A broker that was killed and is not restarted yet is not waited for.
    ...{ 'reconnect.backoff.max.ms': '200', 'request.timeout.ms': '5000' },
  };
}

function bootstraps(): string {
  return cluster.nodes.map(({ bootstrap }) => bootstrap).join(',');
}

function bootstrapOf(id: number): string {
  return cluster.nodes.find((node) => node.id === id)?.bootstrap ?? '';
}

function ownedBy(name: string): readonly number[] {
  return members.owned.get(name)?.partitions ?? [];
}

/** Each of them owns something, and all partitions have an owner. */
function isShared(names: readonly string[]): boolean {
  const all = names.flatMap(ownedBy);
  return all.length === PARTITIONS.length && names.every((name) => ownedBy(name).length > 0);
}

/** Resolves when of every partition something more was committed. */
async function readsGoOn(): Promise<void> {
  const from = members.events.length;
  await members.until('commits go on', () => {
    const since = members.events.slice(from).filter(({ kind }) => kind === 'committed');
    return PARTITIONS.every((partition) => since.some(({ words }) => words[0] === String(partition)));
  });
}

async function killCoordinator(group: string): Promise<number> {
  const node = await coordinatorOf(cluster, group);
  await node.end('SIGKILL');
  return node.id;
}

/** It is started again over its files, and all replicas are in sync. */
async function restart(id: number): Promise<void> {
  cluster.nodes.find((node) => node.id === id)?.start();
  await brokersAlive(cluster, [1, 2, 3]);
  for (const topic of ['orders', 'verified']) {
    await partitionsAre(
      cluster,
      topic,
      PARTITIONS.map(() => IN_SYNC),
    );
  }
  await partitionsAre(cluster, '__consumer_offsets', [IN_SYNC, IN_SYNC, IN_SYNC]);
}

/** Writes to all partitions of some topics until it is ended; what is refused is written again, or not. */
class Load {
  readonly #cluster: ThreeNodes;
  readonly #topics: readonly string[];
  readonly #done: Promise<void>;
  #isOver = false;

  constructor(nodes: ThreeNodes, topics: readonly string[]) {
    this.#cluster = nodes;
    this.#topics = topics;
    this.#done = this.#run();
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await this.#done;
  }

  async #run(): Promise<void> {
    while (!this.#isOver) {
      for (const node of this.#cluster.nodes.filter(({ isRunning }) => isRunning)) {
        // Each broker takes what it leads.
        const wire = new WireClient(node.bootstrap);
        try {
          for (const topic of this.#topics) {
            for (const partition of PARTITIONS) {
              await wire.send('Produce', 9, produceBody(topic, batch({ records: 20 }), { partition }));
            }
          }
        } catch {
          // It was killed.
        }
        wire.close();
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
