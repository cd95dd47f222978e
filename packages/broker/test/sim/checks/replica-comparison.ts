import type { MetadataImage } from '../../../src/metadata/metadata-image.ts';
import { isCompacted, partitionFolder } from '../partition-files.ts';
import type { SimulatedMachine } from '../simulated-machine.ts';
import { isSameBatch, type StoredHeader, storedHeaders, textOf } from './stored-headers.ts';

/** Where the logs of a partition's replicas differ, batch by batch, of compacted ones only their ends; or null. */
export function replicaDifference(
  { topicsById }: MetadataImage,
  machines: readonly SimulatedMachine[],
): string | null {
  for (const { name, partitions } of topicsById.values()) {
    for (const [index, { replicas, leader }] of partitions.entries()) {
      const folder = `${name}-${index}`;
      const own = headersOf(machines, leader, folder);
      for (const id of replicas) {
        const difference = differenceOf(folder, own, headersOf(machines, id, folder));
        if (difference !== null)
          return `${folder}: ${leader} leads and ${id} has it otherwise: ${difference}`;
      }
    }
  }
  return null;
}

function headersOf(machines: readonly SimulatedMachine[], id: number, name: string): StoredHeader[] {
  const machine = machines.find((one) => one.id === id);
  if (machine === undefined) return [];
  const folder = partitionFolder(machine.tree, machine.directory, { name, view: 'live' });
  const everything = { from: 0, to: Number.POSITIVE_INFINITY, view: 'live' } as const;
  return folder === null ? [] : storedHeaders(folder, everything);
}

function differenceOf(
  name: string,
  own: readonly StoredHeader[],
  others: readonly StoredHeader[],
): string | null {
  const [end, otherEnd] = [own.at(-1)?.endOffset ?? 0, others.at(-1)?.endOffset ?? 0];
  if (end !== otherEnd) return `it ends at ${otherEnd}, the leader's at ${end}`;
  if (isCompacted(name)) return null;
  for (const [index, batch] of own.entries()) {
    const other = others[index];
    if (other === undefined || !isSameBatch(batch, other)) return `${textOf(batch)} and ${textOf(other)}`;
  }
  return null;
}
