import { startCluster } from '@odradek/broker';

/** A cluster to test against. */
export interface LiveCluster {
  readonly bootstrap: string;
  close(): Promise<void>;
}

/** The one that ODRADEK_TEST_BOOTSTRAP names, which is left running, or else a new one of our own. */
export async function liveCluster(): Promise<LiveCluster> {
  const { ODRADEK_TEST_BOOTSTRAP: bootstrap } = process.env;
  if (bootstrap !== undefined) return { bootstrap, close: async () => {} };
  const cluster = await startCluster();
  return { bootstrap: cluster.bootstrapServers, close: () => cluster.close() };
}
