import { inspect } from 'node:util';
import { WireClient } from '../differential/wire-client.ts';
import { until } from '../patience.ts';
import type { ClusterNode } from './cluster-node.ts';
import type { ThreeNodes } from './three-nodes.ts';

const LATEST = -1;
const METADATA_TOPIC = '__cluster_metadata';

/** Resolves when every running node serves, and each sees exactly these brokers alive. */
export function brokersAlive(cluster: ThreeNodes, ids: readonly number[]): Promise<void> {
  return everywhere(cluster, `brokers ${ids} are alive`, async (wire) => {
    const { brokers } = await ask<{ brokers: readonly { nodeId: number }[] }>(wire, 'Metadata', 12, {
      topics: [],
    });
    return sameMembers(
      brokers.map(({ nodeId }) => nodeId),
      ids,
    );
  });
}

/** Resolves when every running broker has seen what was committed before the call. */
export async function settled(cluster: ThreeNodes): Promise<void> {
  const last = await lastCommitted(cluster);
  await everywhere(cluster, `metadata is seen up to offset ${last}`, async (wire) => {
    const { finalizedFeaturesEpoch } = await ask<{ finalizedFeaturesEpoch: number }>(wire, 'ApiVersions', 3, {
      clientSoftwareName: 'cluster-state',
      clientSoftwareVersion: '1',
    });
    return Number(finalizedFeaturesEpoch) >= last;
  });
}

/** Resolves when every running broker has the partitions of a topic as they are wanted, by index. */
export function partitionsAre(
  cluster: ThreeNodes,
  topic: string,
  wanted: readonly { readonly leader?: number; readonly isr?: readonly number[] }[],
): Promise<void> {
  return everywhere(cluster, `${topic} is ${JSON.stringify(wanted)}`, async (wire) => {
    const { topics } = await ask<MetadataAnswer>(wire, 'Metadata', 12, { topics: [{ name: topic }] });
    const partitions = topics[0]?.partitions ?? [];
    return wanted.every(({ leader, isr }, index) => {
      const partition = partitions.find(({ partitionIndex }) => partitionIndex === index);
      if (partition === undefined) return false;
      return (
        (leader === undefined || partition.leaderId === leader) &&
        (isr === undefined || sameMembers(partition.isrNodes, isr))
      );
    });
  });
}

/** Resolves when every running broker sees all replicas of all partitions in sync. */
export function everythingInSync(cluster: ThreeNodes): Promise<void> {
  return everywhere(cluster, 'all replicas are in sync', async (wire) => {
    const { topics } = await ask<MetadataAnswer>(wire, 'Metadata', 12, { topics: null });
    return topics.every(({ partitions }) =>
      partitions.every(({ isrNodes, replicaNodes }) => sameMembers(isrNodes, replicaNodes)),
    );
  });
}

/** Resolves when nothing is being reassigned any more of what was begun before the call. */
export async function nothingReassigned(cluster: ThreeNodes): Promise<void> {
  // Kafka's controller lists what it has seen committed, which may be a moment behind what it has answered.
  await settled(cluster);
  await everywhere(cluster, 'nothing is reassigned', async (wire) => {
    const { errorCode, topics } = await ask<Reassignments>(wire, 'ListPartitionReassignments', 0, {
      timeoutMs: 5_000,
      topics: null,
    });
    return errorCode === 0 && topics.length === 0;
  });
  // The controller knows it is done a moment before the brokers whose metadata the tools compare with their plan.
  await settled(cluster);
}

/** Resolves when consumers can read so many records of a topic of three partitions, which nobody has deleted from. */
export async function recordsAre(cluster: ThreeNodes, topic: string, count: number): Promise<void> {
  const ends = new Map<number, number>();
  const areThere = async (): Promise<boolean> => {
    await everywhere(cluster, `the ends of ${topic} are told`, async (wire) => {
      const partitions = [0, 1, 2].map((partitionIndex) => ({ partitionIndex, timestamp: LATEST }));
      const { topics } = await ask<OffsetsAnswer>(wire, 'ListOffsets', 7, {
        replicaId: -1,
        topics: [{ name: topic, partitions }],
      });
      for (const { partitionIndex, errorCode, offset } of topics[0]?.partitions ?? []) {
        if (errorCode === 0) ends.set(partitionIndex, Number(offset));
      }
      return true;
    });
    return [...ends.values()].reduce((sum, offset) => sum + offset, 0) === count;
  };
  await until(`${topic} has ${count} records`, areThere, { saw: () => `its ends are ${[...ends]}` });
}

/** Polls one running node after the other until each says yes. */
async function everywhere(
  cluster: ThreeNodes,
  what: string,
  isSo: (wire: WireClient, node: ClusterNode) => Promise<boolean>,
): Promise<void> {
  for (const node of cluster.nodes.filter(({ isRunning }) => isRunning)) {
    let last: unknown;
    const attempt = async (): Promise<boolean> => {
      node.mustRun();
      const wire = new WireClient(node.bootstrap);
      try {
        return await isSo(wire, node);
      } catch (error) {
        // A node that is starting or ending refuses connections and answers with errors: that is a no.
        last = error;
        return false;
      } finally {
        last = wire.lastAnswer ?? last;
        wire.close();
      }
    };
    await until(`${cluster.name}, node ${node.id}: ${what}`, attempt, {
      saw: () => `it last answered ${inspect(last, { depth: 9 })}\nand wrote\n${node.output}`,
    });
  }
}

/** The offset of the last record that the controllers have committed. */
async function lastCommitted(cluster: ThreeNodes): Promise<number> {
  let last = -1;
  await everywhere(cluster, 'the quorum is described', async (wire) => {
    const { topics } = await ask<DescribedQuorum>(wire, 'DescribeQuorum', 2, {
      topics: [{ topicName: METADATA_TOPIC, partitions: [{ partitionIndex: 0 }] }],
    });
    const partition = topics[0]?.partitions[0];
    if (partition === undefined || partition.errorCode !== 0) return false;
    last = Math.max(last, Number(partition.highWatermark) - 1);
    return true;
  });
  return last;
}

interface MetadataAnswer {
  readonly topics: readonly {
    readonly partitions: readonly {
      readonly partitionIndex: number;
      readonly leaderId: number;
      readonly isrNodes: readonly number[];
      readonly replicaNodes: readonly number[];
    }[];
  }[];
}

interface Reassignments {
  readonly errorCode: number;
  readonly topics: readonly unknown[];
}

interface OffsetsAnswer {
  readonly topics: readonly {
    readonly partitions: readonly {
      readonly partitionIndex: number;
      readonly errorCode: number;
      readonly offset: number | bigint;
    }[];
  }[];
}

interface DescribedQuorum {
  readonly topics: readonly {
    readonly partitions: readonly { readonly errorCode: number; readonly highWatermark: number | bigint }[];
  }[];
}

async function ask<Answer>(wire: WireClient, ...request: Parameters<WireClient['send']>): Promise<Answer> {
  const answer = await wire.send(...request);
  if (!('response' in answer)) throw new Error('the connection closed');
  return answer.response as Answer;
}

function sameMembers(found: readonly number[], wanted: readonly number[]): boolean {
  return found.length === wanted.length && wanted.every((id) => found.includes(id));
}
