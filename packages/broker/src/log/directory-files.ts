import type { Disk } from '../runtime/disk.ts';
import { directoryOf, readWholeFile, replaceFile, writeRebuildableFile } from '../runtime/whole-file.ts';
import { DamagedFileError } from './checkpoint-files.ts';

/** The file that says to which topic a partition's directory belongs. */
export const PARTITION_METADATA = 'partition.metadata';

/** The file that says to which cluster, node and directory a log directory belongs. */
export const META_PROPERTIES = 'meta.properties';

/** The topic id in a partition's directory; null when there is none, or a crash has left nothing whole of it. */
export async function readTopicId(disk: Disk, directory: string): Promise<string | null> {
  const bytes = await readWholeFile(disk, `${directory}/${PARTITION_METADATA}`);
  if (bytes === null) return null;
  const match = /^version: 0\ntopic_id: ([A-Za-z0-9_-]{22})\n?$/.exec(new TextDecoder().decode(bytes));
  return match?.[1] ?? null;
}

/** Writes the topic id. It is durable after {@link syncPartition}, which need not be before the first record is. */
export function writeTopicId(disk: Disk, directory: string, topicId: string): Promise<void> {
  const text = `version: 0\ntopic_id: ${topicId}`;
  return writeRebuildableFile(disk, `${directory}/${PARTITION_METADATA}`, new TextEncoder().encode(text));
}

/** Makes it durable that the partition's directory is there, and whose it is. */
export async function syncPartition(disk: Disk, directory: string): Promise<void> {
  const file = await disk.open(`${directory}/${PARTITION_METADATA}`, 'write');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
  await disk.syncDirectory(directoryOf(directory));
}

/** Whom a log directory belongs to, as `kafka-storage format` writes it. */
export interface MetaProperties {
  readonly clusterId: string;
  readonly nodeId: number;
  readonly directoryId: string;
}

/** What `meta.properties` says, or null when the directory is new. */
export async function readMetaProperties(disk: Disk, directory: string): Promise<MetaProperties | null> {
  const path = `${directory}/${META_PROPERTIES}`;
  const bytes = await readWholeFile(disk, path);
  if (bytes === null) return null;
  const properties = parseProperties(new TextDecoder().decode(bytes));
  const clusterId = properties.get('cluster.id');
  const nodeId = properties.get('node.id');
  const directoryId = properties.get('directory.id');
  if (properties.get('version') !== '1') throw new DamagedFileError(path, 'not of version 1');
  if (clusterId === undefined || nodeId === undefined || directoryId === undefined || !/^\d+$/.test(nodeId)) {
    throw new DamagedFileError(path, 'cluster.id, node.id or directory.id is missing');
  }
  return { clusterId, nodeId: Number(nodeId), directoryId };
}

export function writeMetaProperties(disk: Disk, directory: string, meta: MetaProperties): Promise<void> {
  const lines = [
    '#',
    `cluster.id=${meta.clusterId}`,
    `directory.id=${meta.directoryId}`,
    `node.id=${meta.nodeId}`,
    'version=1',
    '',
  ];
  return replaceFile(disk, `${directory}/${META_PROPERTIES}`, new TextEncoder().encode(lines.join('\n')));
}

/** The part of Java's properties format that these files use; Java escapes colons and equal signs in values. */
function parseProperties(text: string): Map<string, string> {
  const properties = new Map<string, string>();
  for (const line of text.split('\n')) {
    const separator = line.indexOf('=');
    if (line.startsWith('#') || separator < 0) continue;
    properties.set(
      line.slice(0, separator).trim(),
      line
        .slice(separator + 1)
        .trim()
        .replaceAll(/\\(.)/g, '$1'),
    );
  }
  return properties;
}
