import type { ThreeNodes } from '../cluster/three-nodes.ts';
import { WireClient } from '../differential/wire-client.ts';
import { found } from '../patience.ts';

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
  const last = new Map<string, string>();
  const look = async () => {
    for (const { bootstrap } of cluster.nodes) {
      const answer = await offsetFetch(bootstrap, groupId, topic);
      last.set(
        bootstrap,
        JSON.stringify(answer, (_, value) => (typeof value === 'bigint' ? Number(value) : value)),
      );
      const committed = committedIn(answer);
      if (committed !== null) return committed;
    }
    return null;
  };
  return found(`the coordinator of ${groupId} tells its offset`, look, {
    saw: () => [...last].map(([bootstrap, answer]) => `${bootstrap}: ${answer}`).join('\n'),
  });
}

async function offsetFetch(bootstrap: string, groupId: string, name: string): Promise<FetchedOffsets | null> {
  const wire = new WireClient(bootstrap);
  try {
    const groups = [{ groupId, topics: [{ name, partitionIndexes: [0] }] }];
    const answer = await wire.send('OffsetFetch', 8, { groups, requireStable: true });
    return 'response' in answer ? (answer.response as FetchedOffsets) : null;
  } finally {
    wire.close();
  }
}

/** Null from who does not coordinate the group, or cannot say yet. */
function committedIn(answer: FetchedOffsets | null): number | null {
  const group = answer?.groups[0];
  const partition = group?.topics[0]?.partitions[0];
  if (group?.errorCode !== 0 || partition === undefined) return null;
  return partition.errorCode === UNSTABLE_OFFSET_COMMIT ? null : Number(partition.committedOffset);
}
