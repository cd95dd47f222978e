import type { MetadataImage } from '../../../src/metadata/metadata-image.ts';
import { isCompacted, partitionFolder } from '../partition-files.ts';
import type { SimulatedMachine } from '../simulated-machine.ts';
import { isSameBatch, type StoredHeader, storedEnd, storedHeaders, textOf } from './stored-headers.ts';

/** Where the logs of a partition's replicas differ, batch by batch, of compacted ones only their ends; or null. */
export function replicaDifference(
  { topicsById }: MetadataImage,
  machines: readonly SimulatedMachine[],
): string | null {
  for (const { name, partitions } of topicsById.values()) {
    for (const [index, { replicas, leader }] of partitions.entries()) {
      const folder = `${name}-${index}`;
      const own = storedBy(machines, leader, folder);
      for (const id of replicas) {
        const difference = differenceOf(folder, own, storedBy(machines, id, folder));
        if (difference !== null)
          return `${folder}: ${leader} leads and ${id} has it otherwise: ${difference}`;
      }
    }
  }
  return null;
}

/** What a replica holds. */
interface Stored {
  readonly end: number;
  readonly batches: readonly StoredHeader[];
}

function storedBy(machines: readonly SimulatedMachine[], id: number, name: string): Stored {
  const machine = machines.find((one) => one.id === id);
  const folder =
    machine === undefined ? null : partitionFolder(machine.tree, machine.directory, { name, view: 'live' });
  if (folder === null) return { end: 0, batches: [] };
  const everything = { from: 0, to: Number.POSITIVE_INFINITY, view: 'live' } as const;
  return { end: storedEnd(folder, 'live'), batches: storedHeaders(folder, everything) };
}

function differenceOf(name: string, own: Stored, other: Stored): string | null {
  if (own.end !== other.end) return `it ends at ${other.end}, the leader's at ${own.end}`;
  if (isCompacted(name)) return null;
  for (const [index, batch] of own.batches.entries()) {
    const copied = other.batches[index];
    if (copied === undefined || !isSameBatch(batch, copied)) return `${textOf(batch)} and ${textOf(copied)}`;
  }
  return null;
}
