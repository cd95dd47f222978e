import { BATCH_CRC_START } from '../../src/protocol/record-batch.ts';
import type { SeededRandom } from '../seeded-random.ts';
import type { FileTree } from './file-tree.ts';
import { METADATA_FOLDER, partitionFolder, wholeBatches } from './partition-files.ts';

/** The segments of all partitions in a log directory. */
export function segmentPaths(tree: FileTree, directory: string): readonly string[] {
  const found: string[] = [];
  for (const [folder, node] of tree.directory(directory).entries('live')) {
    if (node.kind !== 'directory') continue;
    for (const name of node.entries('live').keys())
      if (name.endsWith('.log')) found.push(`${directory}/${folder}/${name}`);
  }
  return found;
}

/** Turns a bit of a synced batch of the metadata log; false where there is none. */
export function flipMetadataBit(tree: FileTree, directory: string, random: SeededRandom): boolean {
  const folder = partitionFolder(tree, directory, { name: METADATA_FOLDER, view: 'durable' });
  const file = [...(folder?.entries('durable') ?? [])].filter(([name]) => name.endsWith('.log')).at(-1)?.[1];
  if (file?.kind !== 'file') return false;
  const batches = wholeBatches(file.content('durable'), 0, { hasGaps: true });
  if (batches.length === 0) return false;
  const damaged = random.below(batches.length);
  const before = batches.slice(0, damaged).reduce((sum, { bytes }) => sum + bytes.length, 0);
  const size = batches[damaged]?.bytes.length ?? 0;
  file.flip(before + random.between(BATCH_CRC_START, size - 1), random.below(8));
  return true;
}

/** Whether a file lies in the log of the metadata. */
export function isMetadata(path: string): boolean {
  return path.includes(`/${METADATA_FOLDER}/`);
}
