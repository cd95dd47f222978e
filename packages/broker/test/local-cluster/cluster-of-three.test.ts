import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLocalCluster } from '../../src/local-cluster/local-cluster.ts';
import { PeerClient } from '../../src/net/peer-client.ts';
import { createTopicsRequest } from '../../src/protocol/messages/create-topics-request.ts';
import { createTopicsResponse } from '../../src/protocol/messages/create-topics-response.ts';
import { describeQuorumRequest } from '../../src/protocol/messages/describe-quorum-request.ts';
import { describeQuorumResponse } from '../../src/protocol/messages/describe-quorum-response.ts';
import { nodeClock } from '../../src/runtime/node-clock.ts';
import { nodeNetwork } from '../../src/runtime/node-network.ts';
import { RunningCluster, temporaryDirectory, testPorts } from './running-cluster.ts';

const patiently = { timeout: 15_000, interval: 20 };

let directory: ReturnType<typeof temporaryDirectory>;
let running: RunningCluster;

beforeAll(async () => {
  directory = temporaryDirectory();
  running = await RunningCluster.start(directory.path, { brokers: 3 });
});

afterAll(async () => {
  await running.cluster.close();
  directory.remove();
});

async function ask<Answer>(id: number, work: (channel: PeerClient) => Promise<Answer>): Promise<Answer> {
  const { port } = running.status(id);
  const channel = new PeerClient({
    ...{ network: nodeNetwork, clock: nodeClock, clientId: 'test', maxResponseBytes: 1_000_000 },
    address: { host: '127.0.0.1', port },
  });
  try {
    return await work(channel);
  } finally {
    channel.close();
  }
}

/** Who leads the quorum, who votes in it and who observes, as one broker is told. */
function quorumAs(id: number) {
  return ask(id, async (channel) => {
    const answer = await channel.ask({
      request: describeQuorumRequest,
      response: describeQuorumResponse,
      version: 2,
      body: { topics: [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }] },
      timeoutMs: 5_000,
    });
    const partition = answer.kind === 'answered' ? answer.body.topics[0]?.partitions[0] : undefined;
    const ids = (replicas: readonly { replicaId: number }[] = []) =>
      replicas.map(({ replicaId }) => replicaId).sort((left, right) => left - right);
    return {
      leaderId: partition?.leaderId ?? -1,
      voters: partition?.currentVoters ?? [],
      observers: ids(partition?.observers),
    };
  });
}

async function createTopic(name: string, replicas: readonly number[]): Promise<void> {
  const outcome = await ask(replicas[0] ?? 1, (channel) =>
    channel.ask({
      request: createTopicsRequest,
      response: createTopicsResponse,
      version: 5,
      body: {
        topics: [
          {
            ...{ name, numPartitions: -1, replicationFactor: -1, configs: [] },
            assignments: [{ partitionIndex: 0, brokerIds: [...replicas] }],
          },
        ],
        timeoutMs: 10_000,
      },
      timeoutMs: 15_000,
    }),
  );
  expect(outcome).toMatchObject({ kind: 'answered', body: { topics: [{ errorCode: 0 }] } });
}

describe('a local cluster of three', () => {
  it('has the voters of its manifest, under the directory ids that it drew for them', async () => {
    const manifest = JSON.parse(readFileSync(join(directory.path, 'cluster.json'), 'utf8'));
    const { leaderId, voters } = await quorumAs(1);
    expect(leaderId).toBeGreaterThan(0);
    const found = voters.map(({ replicaId, replicaDirectoryId }) => ({
      id: replicaId,
      directoryId: replicaDirectoryId,
    }));
    expect(found.toSorted((left, right) => left.id - right.id)).toEqual(manifest.voters);
  });

  it('has another leader of the quorum when the first is killed, and takes it back as a follower', async () => {
    const { leaderId } = await quorumAs(1);
    const other = leaderId === 1 ? 2 : 1;
    await running.cluster.killBroker(leaderId);
    await expect.poll(async () => (await quorumAs(other)).leaderId, patiently).not.toBe(leaderId);
    expect(await running.cluster.startBroker(leaderId)).toMatchObject({ state: 'running' });
  });

  it('adds an observer, and removes it again when it holds nothing', async () => {
    const added = await running.cluster.addBroker();
    expect(added).toMatchObject({ id: 4, state: 'running', isVoter: false });
    expect(running.cluster.bootstrap.split(',')).toHaveLength(4);
    await expect.poll(async () => (await quorumAs(1)).observers, patiently).toEqual([4]);
    await createTopic('held', [4, 1]);
    await expect(running.cluster.removeBroker(4)).rejects.toThrow(
      'Broker 4 holds 1 replica of topic held: move them first (odradek topics reassign execute --all --brokers 1,2,3).',
    );
    expect(running.status(4).state).toBe('running');
    await createTopic('elsewhere', [1, 2]);
    const empty = await running.cluster.addBroker();
    await running.cluster.removeBroker(empty.id);
    expect(running.cluster.brokers.map(({ id }) => id)).toEqual([1, 2, 3, 4]);
    expect(existsSync(empty.directory)).toBe(false);
    await expect(running.cluster.removeBroker(2)).rejects.toThrow('Broker 2 votes on metadata');
  });

  it('stops within its bounds while one broker is paused and one halted by somebody else', async () => {
    await running.cluster.pauseBroker(1);
    running.signal(2, 'SIGSTOP');
    const began = performance.now();
    await running.cluster.close();
    expect(performance.now() - began).toBeLessThan(12_000);
    for (const id of [1, 2, 3, 4]) {
      expect(running.status(id)).toMatchObject({ state: 'stopped', pid: null, reason: null });
      expect(existsSync(join(running.status(id).directory, 'data/.kafka_cleanshutdown'))).toBe(true);
    }
  });

  it('comes back with as many brokers as it had', async () => {
    running = await RunningCluster.start(directory.path, {});
    expect(running.cluster.brokers.map(({ id }) => id)).toEqual([1, 2, 3, 4]);
    const { voters, leaderId } = await quorumAs(4);
    expect(voters).toHaveLength(3);
    expect(leaderId).toBeGreaterThan(0);
  });

  it('finds itself again although every controller has to take another port', async () => {
    await running.cluster.close();
    const taken = running.cluster.brokers.map(({ controllerPort }) =>
      net.createServer().listen(controllerPort, '127.0.0.1'),
    );
    await Promise.all(taken.map((server) => once(server, 'listening')));
    const former = running.cluster.brokers.map(({ controllerPort }) => controllerPort);
    running = await RunningCluster.start(directory.path, {});
    for (const { controllerPort } of running.cluster.brokers) expect(former).not.toContain(controllerPort);
    for (const server of taken) server.close();
  });

  it('does not shrink when it is asked to', async () => {
    await running.cluster.close();
    const outcome = await openLocalCluster({ directory: directory.path, brokers: 3 }, testPorts());
    expect(outcome).toMatchObject({ kind: 'refused', reason: expect.stringContaining('does not shrink') });
    running = await RunningCluster.start(directory.path, { brokers: 4 });
  });
});

describe('a cluster that was made by one broker', () => {
  it('keeps its one voter when brokers are added, and they find it', async () => {
    const one = temporaryDirectory();
    const alone = await RunningCluster.start(one.path, { brokers: 1 });
    await alone.cluster.close();
    const outcome = await openLocalCluster({ directory: one.path, brokers: 3 }, testPorts());
    if (outcome.kind !== 'opened') throw new Error(JSON.stringify(outcome));
    expect(outcome.notes[0]).toContain('1 voter (1) and keeps it');
    expect(await outcome.cluster.start()).toEqual({ kind: 'running' });
    expect(outcome.cluster.brokers.map(({ isVoter }) => isVoter)).toEqual([true, false, false]);
    await outcome.cluster.close();
    one.remove();
  });
});
