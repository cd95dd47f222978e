import { randomUUID } from 'node:crypto';
import { startCluster } from '@odradek/broker';
import {
  clusterEvents,
  createTopicResponse,
  paths,
  preferredElectionOutcome,
  quorum,
  type ReassignmentPlan,
  reassignmentOutcome,
  reassignmentPlan,
  reassignmentStatus,
  replicaMatrix,
} from '@odradek/contract';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { LiveConsole } from './live-console.ts';

const patiently = { timeout: 30_000, interval: 100 };

let closeCluster = async () => {};
let console: LiveConsole;

/** Three brokers of our own, or the cluster that ODRADEK_TEST_BOOTSTRAP names, which needs three. */
beforeAll(async () => {
  let { ODRADEK_TEST_BOOTSTRAP: bootstrap } = process.env;
  if (bootstrap === undefined) {
    const cluster = await startCluster({ brokers: 3 });
    closeCluster = () => cluster.close();
    bootstrap = cluster.bootstrapServers;
  }
  console = new LiveConsole();
  await console.start({ bootstrap: bootstrap.split(',') });
  await vi.waitFor(async () => {
    expect((await console.get(replicaMatrix, paths.replicas('live'))).checkedAt).not.toBeNull();
  }, patiently);
});

afterAll(async () => {
  await console.close();
  await closeCluster();
});

async function newTopic(partitions: number, replicationFactor: number): Promise<string> {
  const name = `live-${randomUUID()}`;
  await console.post(createTopicResponse, paths.topics('live'), { name, partitions, replicationFactor });
  await vi.waitFor(async () => expect(await rowsOf(name)).toHaveLength(partitions), patiently);
  return name;
}

async function rowsOf(topic: string) {
  const { partitions } = await console.get(replicaMatrix, paths.replicas('live'));
  return partitions.filter((row) => row.topic === topic);
}

async function plan(topic: string, change: { brokers?: number[]; replicationFactor?: number } = {}) {
  const goal = { topics: [topic], brokers: [1, 2, 3], ...change };
  return console.post(reassignmentPlan, paths.reassignmentPlan('live'), goal);
}

const start = ({ moves }: ReassignmentPlan, throttleBytesPerSecond: number | null = null) =>
  console.post(reassignmentOutcome, paths.reassignments('live'), {
    partitions: moves.map(({ topic, partition, after }) => ({ topic, partition, replicas: after })),
    throttleBytesPerSecond,
  });
const status = () => console.get(reassignmentStatus, paths.reassignments('live'));
const happened = async (kind: string, topic: string) => {
  const { events } = await console.get(clusterEvents, paths.clusterEvents('live'));
  return events.filter(({ change }) => change.kind === kind && JSON.stringify(change).includes(topic)).length;
};

describe('replicas on a live cluster', () => {
  it('are led and followed as the quorum has it', async () => {
    // A leader knows how far another voter is when that has asked it for more.
    await vi.waitFor(async () => {
      const known = await console.get(quorum, paths.quorum('live'));
      expect(known).toMatchObject({ state: 'known', leaderId: known.replicas[0]?.id });
      expect(known.replicas.map(({ role }) => role)).toEqual(['leader', 'voter', 'voter']);
      for (const { lag } of known.replicas) expect(lag).toBeLessThan(100);
    }, patiently);
    for (const row of await rowsOf(await newTopic(3, 3))) expect(row.isr.toSorted()).toEqual([1, 2, 3]);
  });

  it('move as planned, under a throttle that goes by itself, and the feed tells it', async () => {
    const topic = await newTopic(3, 2);
    const made = await plan(topic, { brokers: [1, 2] });
    expect(made.replicasToCopy).toBe(2);
    expect(await start(made, 1_000_000)).toEqual({ accepted: made.moves.length, refused: [] });
    await vi.waitFor(async () => {
      for (const { replicas, isr, adding } of await rowsOf(topic)) {
        expect([replicas.toSorted(), isr.toSorted(), adding]).toEqual([[1, 2], [1, 2], []]);
      }
    }, patiently);
    await vi.waitFor(
      async () => expect((await status()).throttle).toEqual({ brokers: [], topics: [] }),
      patiently,
    );
    await vi.waitFor(
      async () => expect(await happened('reassignment-ended', topic)).toBeGreaterThan(0),
      patiently,
    );
  });

  it('grow in number, and their leaders go back to where they are preferred', async () => {
    const topic = await newTopic(3, 1);
    const grown = await plan(topic, { replicationFactor: 3 });
    expect(grown.replicasToCopy).toBe(6);
    await start(grown);
    await vi.waitFor(async () => {
      for (const { isr } of await rowsOf(topic)) expect(isr).toHaveLength(3);
    }, patiently);
    const turned = (await rowsOf(topic)).map(({ partition, leader, replicas }) => {
      const after = [...replicas.filter((id) => id !== leader), ...(leader === null ? [] : [leader])];
      return { ...{ topic, partition, before: replicas, after }, sizeBytes: 0, bytesToCopy: 0 };
    });
    await start({ ...grown, moves: turned });
    await vi.waitFor(async () => {
      for (const { leader, replicas } of await rowsOf(topic)) expect(replicas.at(-1)).toBe(leader);
    }, patiently);
    const partitions = turned.map(({ partition }) => ({ topic, partition }));
    const elect = () => console.post(preferredElectionOutcome, paths.elections('live'), { partitions });
    expect(await elect()).toEqual({ elected: 3, notNeeded: 0, failed: [] });
    expect(await elect()).toEqual({ elected: 0, notNeeded: 3, failed: [] });
    for (const { leader, replicas } of await rowsOf(topic)) expect(leader).toBe(replicas[0]);
  });

  it('stay where they are when a move is refused', async () => {
    const topic = await newTopic(1, 1);
    const [row] = await rowsOf(topic);
    const nowhere = { partitions: [{ topic, partition: 0, replicas: [1, 99] }] };
    const outcome = await console.post(reassignmentOutcome, paths.reassignments('live'), nowhere);
    expect(outcome).toMatchObject({
      accepted: 0,
      refused: [{ partition: 0, error: 'INVALID_REPLICA_ASSIGNMENT' }],
    });
    expect(await rowsOf(topic)).toEqual([row]);
    const cancelled = await console.post(reassignmentOutcome, paths.cancelReassignments('live'), {
      partitions: [{ topic, partition: 0 }],
    });
    expect(cancelled).toMatchObject({ accepted: 0, refused: [{ error: 'NO_REASSIGNMENT_IN_PROGRESS' }] });
  });
});
