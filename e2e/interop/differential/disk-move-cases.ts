import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { brokersAlive, partitionsAre } from '../cluster/cluster-state.ts';
import { found, until } from '../patience.ts';
import { listBody } from './batches.ts';
import type { ClusterCase, ClusterWires } from './cluster-case.ts';
import {
  configureBroker,
  type PlacedReplica,
  produceBatches,
  replicasBecome,
  replicasOn,
} from './replica-traffic.ts';

const BATCHES = 50;
const RATE = 'replica.alter.log.dirs.io.max.bytes.per.second';
const LEADER = 1;
const FOLLOWER = 2;

const isMoving = (replicas: readonly PlacedReplica[]) =>
  replicas.some(({ isFuture, lags }) => isFuture && lags);
const isAlone = (replicas: readonly PlacedReplica[]) =>
  replicas.length === 1 && replicas.every(({ isFuture }) => !isFuture);
const isAloneIn = (wanted: string) => (replicas: readonly PlacedReplica[]) =>
  isAlone(replicas) && replicas.every(({ directory }) => directory === wanted);

/** A topic with three megabytes on two brokers, and in which of its directories a broker has it. */
async function placed(wires: ClusterWires, topic: string, id: number): Promise<Place> {
  await wires.createTopic(topic, [[LEADER, FOLLOWER]]);
  await produceBatches(wires, LEADER, topic, BATCHES);
  const [replica] = await replicasBecome(wires, id, topic, isAlone);
  const here = replica?.directory ?? '';
  return { topic, id, here, there: here === 'a' ? 'b' : 'a' };
}

interface Place {
  readonly topic: string;
  readonly id: number;
  readonly here: string;
  readonly there: string;
}

/** AlterReplicaLogDirs of partition 0 to a directory of the broker. */
function moveTo(wires: ClusterWires, { topic, id }: Place, directory: string): Promise<unknown> {
  const path = `${wires.cluster.folder}/${id}/${directory}`;
  return wires
    .broker(id)
    .send('AlterReplicaLogDirs', 2, { dirs: [{ path, topics: [{ name: topic, partitions: [0] }] }] });
}

/** The replicas by what they were in the beginning; which directory came first was drawn. */
function named(replicas: readonly PlacedReplica[], { here }: Place): string[] {
  return replicas
    .map(({ directory, isFuture, lags }) =>
      [directory === here ? 'here' : 'there', isFuture ? 'future' : 'current', lags ? 'lags' : ''].join(' '),
    )
    .toSorted();
}

/**
 * A future replica outlives a kill once its topic id is on the disk. Apache Kafka writes that a moment after it made the
 * directory, and takes one without it for a stray.
 */
async function isNamedOnDisk({ cluster }: ClusterWires, { topic, id, there }: Place): Promise<void> {
  const directory = join(cluster.folder, String(id), there);
  await until('the future replica has its topic id on the disk', async () => {
    const replicas = await readdir(directory);
    const future = replicas.find((name) => name.startsWith(`${topic}-0.`) && name.endsWith('-future'));
    return future !== undefined && (await readdir(join(directory, future))).includes('partition.metadata');
  });
}

async function end(wires: ClusterWires, { topic }: Place): Promise<unknown> {
  return found('the end of the partition is told', async () => {
    const answer = await wires.broker(LEADER).send('ListOffsets', 7, listBody(topic, 0, -1));
    return 'response' in answer && JSON.stringify(answer).includes('"errorCode":0,') ? answer : null;
  });
}

/** API 34 on brokers with two directories each, slowed down so that a move is seen under way. */
export const diskMoveCases: readonly ClusterCase[] = [
  {
    name: 'AlterReplicaLogDirs of a leader: under way, asked again, written to, taken back',
    run: async (wires) => {
      const place = await placed(wires, 'disk-taken-back', LEADER);
      await configureBroker(wires, LEADER, RATE, '1');
      const shown: unknown[] = [await moveTo(wires, place, place.there)];
      shown.push(named(await replicasBecome(wires, LEADER, place.topic, isMoving), place));
      shown.push(
        await moveTo(wires, place, place.there),
        await produceBatches(wires, LEADER, place.topic, 5),
      );
      shown.push(named(await replicasOn(wires, LEADER, place.topic), place));
      shown.push(await moveTo(wires, place, place.here));
      shown.push(named(await replicasBecome(wires, LEADER, place.topic, isAloneIn(place.here)), place));
      await configureBroker(wires, LEADER, RATE, null);
      return [...shown, await end(wires, place)];
    },
  },
  {
    name: 'AlterReplicaLogDirs of a leader that is killed meanwhile: the next start goes on with it, and nothing is lost',
    run: async (wires) => {
      const place = await placed(wires, 'disk-killed', LEADER);
      await configureBroker(wires, LEADER, RATE, '1');
      const shown: unknown[] = [await moveTo(wires, place, place.there)];
      shown.push(named(await replicasBecome(wires, LEADER, place.topic, isMoving), place));
      await isNamedOnDisk(wires, place);
      const node = wires.cluster.nodes.find(({ id }) => id === LEADER);
      await node?.end('SIGKILL');
      node?.start();
      await brokersAlive(wires.cluster, [1, 2, 3]);
      await partitionsAre(wires.cluster, place.topic, [{ isr: [LEADER, FOLLOWER] }]);
      await configureBroker(wires, LEADER, RATE, null);
      shown.push(named(await replicasBecome(wires, LEADER, place.topic, isAloneIn(place.there)), place));
      await wires.broker(LEADER).send('ElectLeaders', 2, {
        electionType: 0,
        topicPartitions: [{ topic: place.topic, partitions: [0] }],
        timeoutMs: 10_000,
      });
      await partitionsAre(wires.cluster, place.topic, [{ leader: LEADER, isr: [LEADER, FOLLOWER] }]);
      shown.push(await moveTo(wires, place, place.there), await end(wires, place));
      return shown;
    },
  },
  {
    name: 'AlterReplicaLogDirs of a follower, while its leader is written to, and of one whose topic is deleted meanwhile',
    run: async (wires) => {
      const place = await placed(wires, 'disk-followed', FOLLOWER);
      const shown: unknown[] = [await moveTo(wires, place, place.there)];
      shown.push(await produceBatches(wires, LEADER, place.topic, 20));
      shown.push(named(await replicasBecome(wires, FOLLOWER, place.topic, isAloneIn(place.there)), place));
      await partitionsAre(wires.cluster, place.topic, [{ leader: LEADER, isr: [LEADER, FOLLOWER] }]);
      await configureBroker(wires, FOLLOWER, RATE, '1');
      shown.push(await moveTo(wires, place, place.here));
      shown.push(named(await replicasBecome(wires, FOLLOWER, place.topic, isMoving), place));
      shown.push(
        await wires.broker(3).send('DeleteTopics', 4, { topicNames: [place.topic], timeoutMs: 10_000 }),
      );
      shown.push(await replicasBecome(wires, FOLLOWER, place.topic, (replicas) => replicas.length === 0));
      await configureBroker(wires, FOLLOWER, RATE, null);
      return shown;
    },
  },
];
