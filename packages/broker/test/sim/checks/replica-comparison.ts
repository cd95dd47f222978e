import type { MetadataImage } from '../../../src/metadata/metadata-image.ts';
import type { Findings } from '../findings.ts';
import { isCompacted, partitionFolder } from '../partition-files.ts';
import type { SimulatedMachine } from '../simulated-machine.ts';
import { isSameBatch, type StoredHeader, storedHeaders, textOf } from './stored-headers.ts';

/** Compares the logs of all replicas of every partition, batch by batch; of compacted ones only the ends. */
export function compareReplicas(
  { topicsById }: MetadataImage,
  machines: readonly SimulatedMachine[],
  findings: Findings,
): void {
  for (const { name, partitions } of topicsById.values()) {
    for (const [index, { replicas, leader }] of partitions.entries()) {
      const folder = `${name}-${index}`;
      const own = headersOf(machines, leader, folder);
      for (const id of replicas) {
        const difference = differenceOf(folder, own, headersOf(machines, id, folder));
        if (difference !== null)
          findings.violate(`${folder}: ${leader} leads and ${id} has it otherwise: ${difference}`);
      }
    }
  }
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
