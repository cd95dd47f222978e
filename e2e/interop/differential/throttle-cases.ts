import { nothingReassigned, partitionsAre } from '../cluster/cluster-state.ts';
import type { ClusterCase, ClusterWires } from './cluster-case.ts';
import { configureBroker, configureTopic, produceBatches } from './replica-traffic.ts';

const BATCHES = 25;
const BYTES_PER_SECOND = 500_000;
/** A megabyte and a half at that rate take three seconds; a burst of one is allowed, and windows are cut roughly. */
const LEAST_MS = 1_500;
const SLOWEST = '1';
/** Nine megabytes take minutes where a hundred kilobytes go out every two seconds. */
const MANY_BATCHES = 150;
const ADDED = { timeoutMs: 10_000, topics: null };

interface Throttle {
  /** Which of the two configs of topics and of brokers. */
  readonly side: 'leader' | 'follower';
  /** `leader.replication.throttled.replicas` and its like. */
  readonly throttled: string;
  readonly leaderId: number;
  readonly addedId: number;
}

function reassignment(name: string, replicas: readonly number[]) {
  return { timeoutMs: 10_000, topics: [{ name, partitions: [{ partitionIndex: 0, replicas }] }] };
}

/** A replica is added while one side is throttled: never faster than it may, and it comes to its end. */
function addedSlowly({ side, throttled, leaderId, addedId }: Throttle): ClusterCase {
  const name = `${side}.replication.throttled.replicas=${throttled}: a replica is added at the rate that is allowed`;
  return {
    name,
    run: async (wires) => {
      const topic = `throttled-by-${side}-${addedId}`;
      await wires.createTopic(topic, [[leaderId]]);
      const codes = await produceBatches(wires, leaderId, topic, BATCHES);
      const throttledId = side === 'leader' ? leaderId : addedId;
      const rate = `${side}.replication.throttled.rate`;
      await configureTopic(wires, topic, `${side}.replication.throttled.replicas`, throttled);
      await configureBroker(wires, throttledId, rate, String(BYTES_PER_SECOND));
      const began = performance.now();
      const moved = await reassign(wires, topic, [leaderId, addedId]);
      await partitionsAre(wires.cluster, topic, [{ isr: [leaderId, addedId] }]);
      const took = performance.now() - began;
      if (took < LEAST_MS) {
        throw new Error(`${wires.cluster.name} copied ${BATCHES} batches in ${took.toFixed()} ms: ${name}`);
      }
      await nothingReassigned(wires.cluster);
      await configureBroker(wires, throttledId, rate, null);
      return [codes, moved];
    },
  };
}

function reassign(wires: ClusterWires, topic: string, replicas: readonly number[]): Promise<unknown> {
  return wires.broker(2).send('AlterPartitionReassignments', 1, reassignment(topic, replicas));
}

/** KIP-73 on three brokers whose windows are one second long, so that a burst is short. */
export const throttleCases: readonly ClusterCase[] = [
  addedSlowly({ side: 'leader', throttled: '0:1', leaderId: 1, addedId: 2 }),
  addedSlowly({ side: 'follower', throttled: '0:3', leaderId: 2, addedId: 3 }),
  addedSlowly({ side: 'leader', throttled: '*', leaderId: 3, addedId: 1 }),
  {
    name: 'a throttle of one byte a second: who is in sync stays so, who is added waits until it is taken away',
    run: async (wires) => {
      const topic = 'throttled-to-a-byte';
      const rate = 'leader.replication.throttled.rate';
      await wires.createTopic(topic, [[1, 2]]);
      await configureTopic(wires, topic, 'leader.replication.throttled.replicas', '*');
      await configureBroker(wires, 1, rate, SLOWEST);
      const codes = await produceBatches(wires, 1, topic, MANY_BATCHES);
      const shown = [codes, await reassign(wires, topic, [1, 2, 3])];
      await wires.settled();
      // Written to those that are in sync meanwhile: each of these waits for both.
      shown.push(await produceBatches(wires, 1, topic, BATCHES));
      shown.push(await wires.broker(3).send('ListPartitionReassignments', 0, ADDED));
      await partitionsAre(wires.cluster, topic, [{ leader: 1, isr: [1, 2] }]);
      await configureBroker(wires, 1, rate, null);
      await nothingReassigned(wires.cluster);
      await partitionsAre(wires.cluster, topic, [{ leader: 1, isr: [1, 2, 3] }]);
      return shown;
    },
  },
];
