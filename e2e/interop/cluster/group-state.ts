import { WireClient } from '../differential/wire-client.ts';
import type { ClusterNode } from './cluster-node.ts';
import type { ThreeNodes } from './three-nodes.ts';

/** Longer than any state takes; a test that waits for it has failed. */
const PATIENCE_MS = 60_000;

interface Coordinators {
  readonly coordinators: readonly { readonly errorCode: number; readonly nodeId: number }[];
}

/** The node that coordinates a group, once one says so. */
export async function coordinatorOf({ nodes }: ThreeNodes, group: string): Promise<ClusterNode> {
  const deadline = Date.now() + PATIENCE_MS;
  while (Date.now() < deadline) {
    for (const via of nodes.filter(({ isRunning }) => isRunning)) {
      const body = { keyType: 0, coordinatorKeys: [group] };
      const [found] = (await ask<Coordinators>(via, 'FindCoordinator', 4, body))?.coordinators ?? [];
      const node = nodes.find(({ id }) => id === found?.nodeId);
      if (found?.errorCode === 0 && node?.isRunning === true) return node;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`nobody coordinates ${group}`);
}

interface FetchedOffsets {
  readonly groups: readonly { readonly errorCode: number; readonly topics: readonly unknown[] }[];
}

/** Resolves when a group has no offsets any more. */
export async function offsetsAreGone(cluster: ThreeNodes, group: string): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (Date.now() < deadline) {
    const coordinator = await coordinatorOf(cluster, group);
    const body = { groups: [{ groupId: group, topics: null }], requireStable: true };
    const [fetched] = (await ask<FetchedOffsets>(coordinator, 'OffsetFetch', 8, body))?.groups ?? [];
    if (fetched?.errorCode === 0 && fetched.topics.length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${group} has offsets still`);
}

/** Null where the node is not there. */
async function ask<Answer>(
  node: ClusterNode,
  ...request: Parameters<WireClient['send']>
): Promise<Answer | null> {
  const wire = new WireClient(node.bootstrap);
  try {
    const answer = await wire.send(...request);
    return 'response' in answer ? (answer.response as Answer) : null;
  } catch {
    return null;
  } finally {
    wire.close();
  }
}
