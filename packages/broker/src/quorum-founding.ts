import type { BrokerConfig } from './config.ts';
import type { Founding } from './log/directory-claim.ts';
import { CLUSTER_METADATA_TOPIC } from './metadata/topic-name.ts';
import { snapshotBatches } from './raft/snapshot-batches.ts';
import { SnapshotFiles } from './raft/snapshot-files.ts';
import type { VoterNode } from './raft/voter-set.ts';
import type { Runtime } from './runtime/runtime.ts';

/** The snapshot that stands before the first record: nothing but who votes, as `kafka-storage format` writes it. */
const BOOTSTRAP = { offset: 0, epoch: 0 };

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
  const content = { id: BOOTSTRAP, lastContainedLogTimestamp: clock.wallMs(), records: [] };
  return {
    directoryId: own.directoryId,
    prepare: async () => {
      await disk.makeDirectory(directory);
      await disk.syncDirectory(metadataLogDir);
      const batches = snapshotBatches({ ...content, voters: initialControllers });
      await new SnapshotFiles(disk, directory).write(BOOTSTRAP, batches);
    },
  };
}

/** The voters that a metadata directory was made with; null where it does not say. */
export async function foundingVoters(snapshots: SnapshotFiles): Promise<readonly VoterNode[] | null> {
  const found = await snapshots.list();
  return found.some(({ offset }) => offset === BOOTSTRAP.offset) ? snapshots.votersOf(BOOTSTRAP) : null;
}
