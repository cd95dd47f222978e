import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ErrorCode } from '../../src/protocol/errors.ts';
import { parsePrometheusText } from '../runtime/prometheus-text.ts';
import { BrokerBed } from './broker-bed.ts';
import { BrokerCluster, until } from './broker-cluster.ts';
import { GroupAsker } from './group-asker.ts';
import { TransactionAsker } from './transaction-asker.ts';

const cluster = new BrokerCluster({ 'odradek.metrics.port': '0' });

beforeAll(async () => {
  await cluster.start(3);
  await cluster.createTopic('measured', {
    replicas: [
      [1, 2, 3],
      [2, 3, 1],
      [3, 1, 2],
      [1, 3, 2],
    ],
  });
});
afterAll(() => cluster.close());

/** Of the brokers that run, by name and labels: the sum over all of them. */
async function sums(): Promise<ReadonlyMap<string, number>> {
  const sum = new Map<string, number>();
  for (const id of cluster.running) {
    for (const { samples } of parsePrometheusText(await cluster.scrape(id)).values()) {
      for (const [name, value] of samples) sum.set(name, (sum.get(name) ?? 0) + value);
    }
  }
  return sum;
}

describe('what three brokers tell Prometheus', () => {
  test('a cluster in which nothing is missing', async () => {
    await until(
      'all are led',
      async () => (await sums()).get('kafka_server_replicamanager_leadercount') === 4,
    );
    expect([...(await sums())]).toEqual(
      expect.arrayContaining([
        ['kafka_server_replicamanager_partitioncount', 12],
        ['kafka_server_replicamanager_underreplicatedpartitions', 0],
        ['kafka_server_replicamanager_offlinereplicacount', 0],
        ['kafka_controller_kafkacontroller_activecontrollercount', 1],
        ['kafka_controller_kafkacontroller_activebrokercount', 3],
        ['kafka_controller_kafkacontroller_globalpartitioncount', 4],
        ['kafka_controller_kafkacontroller_offlinepartitionscount', 0],
        ['odradek_transactions_ending', 0],
      ]),
    );
  });

  test('requests by API with their times, and the bytes that they took', async () => {
    const before = await sums();
    const client = await cluster.connect(1);
    client.destroy();
    await cluster.describeQuorum(2);
    const after = await sums();
    const grown = (name: string) => (after.get(name) ?? 0) - (before.get(name) ?? 0);
    // Asked of one broker, and answered by the leader of the quorum.
    expect(
      grown('kafka_network_requestmetrics_totaltime_seconds_count{request="DescribeQuorum"}'),
    ).toBeGreaterThan(0);
    expect(
      grown('kafka_server_socketservermetrics_incoming_byte_total{listener="PLAINTEXT"}'),
    ).toBeGreaterThan(20);
    expect(
      grown('kafka_server_socketservermetrics_outgoing_byte_total{listener="PLAINTEXT"}'),
    ).toBeGreaterThan(20);
    expect(
      grown('kafka_server_socketservermetrics_connection_creation_total{listener="PLAINTEXT"}'),
    ).toBeGreaterThan(1);
    expect(after.get('kafka_server_raft_metrics_current_leader')).toBeGreaterThan(0);
    // Followers ask for records that have not come yet.
    await until('a fetch waits', async () => {
      const waiting = 'kafka_server_delayedoperationpurgatory_purgatorysize{delayedOperation="Fetch"}';
      return ((await sums()).get(waiting) ?? 0) > 0;
    });
  });

  test('a broker that is dead leaves partitions behind that lack a replica', async () => {
    await cluster.kill(3);
    await until('it is fenced', async () => {
      return (await sums()).get('kafka_controller_kafkacontroller_fencedbrokercount') === 1;
    });
    await until('the others have noticed', async () => {
      return (await sums()).get('kafka_server_replicamanager_underreplicatedpartitions') === 4;
    });
    const after = await sums();
    expect(after.get('kafka_server_replicamanager_atminisrpartitioncount')).toBe(0);
    expect(after.get('kafka_controller_kafkacontroller_preferredreplicaimbalancecount')).toBe(1);
  });

  test('docs/metrics.md names every number, and no other', async () => {
    const document = readFileSync(new URL('../../../../docs/metrics.md', import.meta.url), 'utf8');
    const named = [...document.matchAll(/^\| `([a-z_]+)`/gm)].map(([, name]) => name);
    const told = [...parsePrometheusText(await cluster.scrape(1)).keys()];
    expect(named.toSorted()).toEqual(told.toSorted());
  });
});

test('what coordinators tell: what they lead, know, have decided and were asked', async () => {
  const alone = new BrokerCluster({
    'odradek.metrics.port': '0',
    'transaction.state.log.num.partitions': '2',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'offsets.topic.replication.factor': '1',
  });
  try {
    await alone.start(1);
    await alone.createTopic('orders');
    const group = new GroupAsker(alone, 'workers');
    expect(await group.commit('orders', 1)).toBe(ErrorCode.NONE);
    const [known, stranger] = [new TransactionAsker(alone, 'known'), new TransactionAsker(alone, 'stranger')];
    await known.init();
    await stranger.init();
    await known.add('orders', [0]);
    expect(await known.send('orders', 'a')).toBe(ErrorCode.NONE);
    expect(await stranger.send('orders', 'b')).toBe(ErrorCode.INVALID_TXN_STATE);
    const told = await samplesOf(alone);
    expect(Object.fromEntries(told)).toMatchObject({
      'kafka_server_group_coordinator_metrics_num_partitions{state="active"}': 1,
      'kafka_server_group_coordinator_metrics_num_partitions{state="failed"}': 0,
      kafka_server_group_coordinator_metrics_partition_load_time_seconds_count: 1,
      'kafka_server_group_coordinator_metrics_group_count{protocol="classic"}': 1,
      kafka_coordinator_group_groupmetadatamanager_numgroupsempty: 1,
      'odradek_coordinator_batches_total{coordinator="group"}': 1,
      kafka_server_group_coordinator_metrics_event_purgatory_time_seconds_count: 1,
      'odradek_coordinator_uncommitted_bytes{coordinator="group"}': 0,
      'kafka_server_transaction_coordinator_metrics_num_partitions{state="active"}': 2,
      'odradek_transactional_ids{state="Ongoing"}': 1,
      'odradek_transactional_ids{state="Empty"}': 1,
      'odradek_coordinator_batches_total{coordinator="transaction"}': 3,
      kafka_server_addpartitionstotxnmanager_verificationtime_seconds_count: 2,
      kafka_server_addpartitionstotxnmanager_verificationfailure_total: 1,
    });
    expect(told.get('odradek_transactions_longest_open_seconds')).toBeGreaterThan(0);
    expect(told.get('odradek_coordinator_batch_bytes_total{coordinator="group"}')).toBeGreaterThan(61);
    await group.join('');
    expect((await samplesOf(alone)).get(COMPLETING)).toBe(1);
  } finally {
    await alone.close();
  }
});

const COMPLETING = 'kafka_coordinator_group_groupmetadatamanager_numgroupscompletingrebalance';

async function samplesOf(one: BrokerCluster): Promise<ReadonlyMap<string, number>> {
  return new Map(
    [...parsePrometheusText(await one.scrape(1)).values()].flatMap(({ samples }) => [...samples]),
  );
}

test('no port is opened where none is named, and one that is taken is named', async () => {
  const [off, on, late] = [new BrokerBed(), new BrokerBed(), new BrokerBed()];
  try {
    expect((await off.start()).metricsPort).toBeNull();
    const { metricsPort } = await on.start({ 'odradek.metrics.port': '0' });
    const taken = late.start({ 'odradek.metrics.port': String(metricsPort) });
    await expect(taken).rejects.toThrow(
      `The metrics endpoint on 127.0.0.1:${metricsPort} cannot be opened: TCP port ${metricsPort} is in use`,
    );
    await on.stop();
    await expect(fetch(`http://127.0.0.1:${metricsPort}/metrics`)).rejects.toThrow();
  } finally {
    for (const bed of [off, on, late]) await bed.remove();
  }
});
