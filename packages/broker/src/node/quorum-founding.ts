import type { BrokerConfig } from '../config/config.ts';
import type { Founding } from '../log/directory-claim.ts';
import { CLUSTER_METADATA_TOPIC } from '../metadata/topic-name.ts';
import { BOOTSTRAP_SNAPSHOT_ID, writeBootstrapCheckpoint } from '../raft/bootstrap-checkpoint.ts';
import { SnapshotFiles } from '../raft/snapshot-files.ts';
import type { VoterNode } from '../raft/voter-set.ts';
import type { Runtime } from '../runtime/runtime.ts';

export function metadataLogDirectory(metadataDirectory: string): string {
  return `${metadataDirectory}/${CLUSTER_METADATA_TOPIC}-0`;
}

/** How a node's metadata directory begins: one of the initial controllers knows them all from its first start on. */
export function metadataFounding(
  { nodeId, quorum, metadataLogDir }: BrokerConfig,
  { disk, clock }: Runtime,
): Founding {
  const { initialControllers } = quorum;
  const own = initialControllers.find(({ id }) => id === nodeId);
  if (own === undefined) return {};
  const directory = metadataLogDirectory(metadataLogDir);
  return {
    directoryId: own.directoryId,
    prepare: async () => {
      await disk.makeDirectory(directory);
      await disk.syncDirectory(metadataLogDir);
      await writeBootstrapCheckpoint(new SnapshotFiles(disk, directory), initialControllers, clock.wallMs());
    },
  };
}

/** The voters that a metadata directory was made with; null where it does not say. */
export async function foundingVoters(snapshots: SnapshotFiles): Promise<readonly VoterNode[] | null> {
  const found = await snapshots.list();
  const isThere = found.some(({ offset }) => offset === BOOTSTRAP_SNAPSHOT_ID.offset);
  return isThere ? snapshots.votersOf(BOOTSTRAP_SNAPSHOT_ID) : null;
}
