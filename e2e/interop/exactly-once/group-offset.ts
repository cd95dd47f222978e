import type { ThreeNodes } from '../cluster/three-nodes.ts';
import { WireClient } from '../differential/wire-client.ts';

interface FetchedOffsets {
  readonly groups: readonly {
    readonly errorCode: number;
    readonly topics: readonly {
      readonly partitions: readonly {
        readonly committedOffset: number | bigint;
        readonly errorCode: number;
      }[];
    }[];
  }[];
}

const UNSTABLE_OFFSET_COMMIT = 88;

/**
 * What a group has committed for partition 0 of a topic, as its coordinator answers; -1 for nothing. What a
 * transaction that is ending has yet to decide is waited for.
 */
export async function committedGroupOffset(
  cluster: ThreeNodes,
  groupId: string,
  topic: string,
): Promise<number> {
  for (;;) {
    for (const { bootstrap } of cluster.nodes) {
      const answered = await fetched(bootstrap, groupId, topic);
      if (answered !== null) return answered;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Null from who does not coordinate the group, or cannot say yet. */
async function fetched(bootstrap: string, groupId: string, name: string): Promise<number | null> {
  const wire = new WireClient(bootstrap);
  try {
    const groups = [{ groupId, topics: [{ name, partitionIndexes: [0] }] }];
    const answer = await wire.send('OffsetFetch', 8, { groups, requireStable: true });
    if (!('response' in answer)) return null;
    const [group] = (answer.response as FetchedOffsets).groups;
    const partition = group?.topics[0]?.partitions[0];
    if (group?.errorCode !== 0 || partition === undefined) return null;
    return partition.errorCode === UNSTABLE_OFFSET_COMMIT ? null : Number(partition.committedOffset);
  } finally {
    wire.close();
  }
}
