import type { BrokerConfig } from '../config/config.ts';
import { readMetaProperties, writeMetaProperties } from '../log/directory-files.ts';
import { departedDirectoryName, STRAY_SUFFIX } from '../log/partition-directory.ts';
import { CLUSTER_METADATA_TOPIC } from '../metadata/topic-name.ts';
import type { LostMetadataError } from '../raft/lost-metadata-error.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { BrokerStartError } from './broker-start-error.ts';
import { metadataLogDirectory } from './quorum-founding.ts';

/**
 * Makes of a node that has lost metadata it may have promised others a node that never promised anything: the folder is
 * set aside, for a person to look at, and the directory has a new id, under which it is no voter. Rejects where nobody
 * else votes: there is nowhere else to have the metadata from.
 */
export async function beginAnew(
  { nodeId, metadataLogDir, quorum }: BrokerConfig,
  { disk, random, logger }: Runtime,
  cause: LostMetadataError,
): Promise<void> {
  const voters = [...quorum.initialControllers, ...quorum.staticVoters];
  if (voters.every(({ id }) => id === nodeId)) {
    const text = `The metadata of this cluster is damaged, and no other node has it: ${cause.message}`;
    throw new BrokerStartError(text, { cause });
  }
  const meta = await readMetaProperties(disk, metadataLogDir);
  if (meta === null) throw cause;
  // The id first: under the old one a node without the folder would vote as if it had never voted.
  const directoryId = random.uuid();
  await writeMetaProperties(disk, metadataLogDir, { ...meta, directoryId });
  const hex = Array.from({ length: 4 }, () => random.uint32().toString(16).padStart(8, '0')).join('');
  const partition = { topic: CLUSTER_METADATA_TOPIC, partition: 0 };
  const aside = `${metadataLogDir}/${departedDirectoryName(partition, hex, STRAY_SUFFIX)}`;
  await disk.rename(metadataLogDirectory(metadataLogDir), aside);
  await disk.syncDirectory(metadataLogDir);
  logger.error(
    { err: cause, aside, formerDirectoryId: meta.directoryId, directoryId },
    'The metadata of this node is damaged. It is set aside, and this node comes back as an observer of the quorum',
  );
}
