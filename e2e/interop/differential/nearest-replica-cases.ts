import { inspect } from 'node:util';
import { brokersAlive, partitionsAre } from '../cluster/cluster-state.ts';
import { found, until } from '../patience.ts';
import { batch, listBody, produceBody } from './batches.ts';
import type { ClusterCase, ClusterWires } from './cluster-case.ts';
import { inVersions } from './differential-case.ts';

const RECORDS = 4;
const LEADER = 1;
const FOLLOWER = 2;
const NOBODY = -1;
/** Longer than the suite waits for an answer. */
const FOR_EVER = 2 ** 31 - 1;

interface Reader {
  readonly rackId?: string;
  readonly fetchOffset?: number;
  readonly replicaId?: number;
  readonly isolationLevel?: number;
  readonly maxWaitMs?: number;
  readonly minBytes?: number;
}

function fetchBody(topic: string, { fetchOffset = 0, ...reader }: Reader) {
  const partitions = [{ partition: 0, fetchOffset, partitionMaxBytes: 100_000 }];
  return { maxWaitMs: 10, minBytes: 1, maxBytes: 1_000_000, topics: [{ topic, partitions }], ...reader };
}

/** A topic on all three, each in a rack of its own, with records that each of them knows to be committed. */
async function written(wires: ClusterWires, topic: string): Promise<void> {
  await wires.createTopic(topic, [[LEADER, FOLLOWER, 3]]);
  for (let index = 0; index < RECORDS / 2; index += 1) {
    await wires.broker(LEADER).send('Produce', 9, produceBody(topic, batch({})));
  }
  for (const id of [FOLLOWER, 3]) {
    await until(
      `broker ${id} serves what is committed`,
      async () => Number((await read(wires, id, topic, {})).highWatermark) === RECORDS,
    );
  }
}

async function read(
  wires: ClusterWires,
  id: number,
  topic: string,
  reader: Reader,
): Promise<PartitionAnswer> {
  const { responses } = await wires.ask<FetchAnswer>(wires.broker(id), 'Fetch', 12, fetchBody(topic, reader));
  const partition = responses[0]?.partitions[0];
  if (partition === undefined) throw new Error('no partition was answered');
  return partition;
}

/** Resolves when the leader sends readers of the follower's rack there, or to nobody. */
async function sentTo(wires: ClusterWires, topic: string, wanted: number): Promise<PartitionAnswer> {
  const reader = { rackId: `rack-${FOLLOWER}` };
  let last: PartitionAnswer | null = null;
  return found(
    `readers are sent to ${wanted}`,
    async () => {
      last = await read(wires, LEADER, topic, reader);
      return last.preferredReadReplica === wanted ? last : null;
    },
    { saw: () => inspect(last) },
  );
}

/** KIP-392 on three brokers, each in a rack of its own, with Kafka's RackAwareReplicaSelector. */
export const nearestReplicaCases: readonly ClusterCase[] = [
  {
    name: 'Fetch at the leader in every version, by readers of each rack and of none',
    run: async (wires) => {
      const topic = 'near-leader';
      await written(wires, topic);
      const answers: Record<string, unknown> = {};
      for (const rackId of ['', 'rack-1', 'rack-2', 'rack-3', 'rack-4']) {
        const body = (version: number) => fetchBody(topic, version >= 11 ? { rackId } : {});
        answers[rackId] = await inVersions(wires.broker(LEADER), 'Fetch', [10, 12], body);
      }
      return answers;
    },
  },
  {
    name: 'Fetch at the leader of what the follower in the rack has and has not; a tool; a reader that would wait',
    run: async (wires) => {
      const topic = 'near-offsets';
      await written(wires, topic);
      const rackId = 'rack-2';
      return [
        await read(wires, LEADER, topic, { rackId, fetchOffset: RECORDS }),
        await read(wires, LEADER, topic, { rackId, fetchOffset: RECORDS + 1 }),
        await read(wires, LEADER, topic, { rackId, fetchOffset: -1 }),
        await read(wires, LEADER, topic, { rackId, replicaId: -2 }),
        await read(wires, LEADER, topic, { rackId, isolationLevel: 1 }),
        // Who is sent elsewhere does not wait first.
        await read(wires, LEADER, topic, {
          ...{ rackId, fetchOffset: RECORDS },
          ...{ maxWaitMs: FOR_EVER, minBytes: 1_000_000 },
        }),
      ];
    },
  },
  {
    name: 'what a follower answers readers: Fetch in every version, ListOffsets, OffsetForLeaderEpoch',
    run: async (wires) => {
      const topic = 'near-follower';
      await written(wires, topic);
      const follower = wires.broker(FOLLOWER);
      const epochOf = (replicaId: number) => ({
        replicaId,
        topics: [{ topic, partitions: [{ partition: 0, currentLeaderEpoch: -1, leaderEpoch: 0 }] }],
      });
      return [
        await inVersions(follower, 'Fetch', [10, 12], (version) =>
          fetchBody(topic, version >= 11 ? { rackId: 'rack-2' } : {}),
        ),
        // Nobody is sent further by a follower.
        await read(wires, FOLLOWER, topic, { rackId: 'rack-3' }),
        await read(wires, FOLLOWER, topic, { rackId: 'rack-1' }),
        await read(wires, FOLLOWER, topic, { isolationLevel: 1 }),
        await read(wires, FOLLOWER, topic, { fetchOffset: RECORDS }),
        await read(wires, FOLLOWER, topic, { fetchOffset: RECORDS + 1 }),
        await read(wires, FOLLOWER, topic, { replicaId: -2 }),
        await follower.send('ListOffsets', 7, listBody(topic, 0, -1)),
        await follower.send('ListOffsets', 7, { ...listBody(topic, 0, -1), replicaId: -2 }),
        await follower.send('OffsetForLeaderEpoch', 4, epochOf(-1)),
        await follower.send('OffsetForLeaderEpoch', 4, epochOf(-2)),
        await follower.send('Produce', 9, produceBody(topic, batch({}))),
      ];
    },
  },
  {
    name: 'a follower that is stopped and comes back: nobody is sent to it meanwhile',
    run: async (wires) => {
      const topic = 'near-stopped';
      await written(wires, topic);
      const answers: unknown[] = [await sentTo(wires, topic, FOLLOWER)];
      const node = wires.cluster.nodes.find(({ id }) => id === FOLLOWER);
      await node?.end('SIGTERM');
      await partitionsAre(wires.cluster, topic, [{ leader: LEADER, isr: [LEADER, 3] }]);
      answers.push(
        await sentTo(wires, topic, NOBODY),
        await read(wires, LEADER, topic, { rackId: 'rack-3' }),
      );
      node?.start();
      await brokersAlive(wires.cluster, [LEADER, FOLLOWER, 3]);
      await partitionsAre(wires.cluster, topic, [{ leader: LEADER, isr: [LEADER, FOLLOWER, 3] }]);
      answers.push(await sentTo(wires, topic, FOLLOWER));
      return answers;
    },
  },
];

interface PartitionAnswer {
  readonly errorCode: number;
  readonly highWatermark: number | bigint;
  readonly preferredReadReplica: number;
}

interface FetchAnswer {
  readonly responses: readonly { readonly partitions: readonly PartitionAnswer[] }[];
}
