import type { SimulatedCluster } from '../cluster.ts';

const LOOK_MS = 100;

/** Resolves once the cluster is as it should be, looked at now and again. */
export async function untilHealed(cluster: SimulatedCluster, isHealed: () => boolean): Promise<void> {
  const client = cluster.newClient('nurse');
  while (!isHealed()) await client.sleep(LOOK_MS);
}
