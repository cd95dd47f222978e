import fc from 'fast-check';
import { type CleaningWitness, CompactionBed } from './compaction-bed.ts';
import { compactionHistory } from './compaction-history.ts';

/** Lives so many histories; rejects with the shortest found in which something does not hold. */
export async function liveHistories(
  count: number,
  { seed, witness = null }: { seed?: number; witness?: CleaningWitness | null } = {},
): Promise<{ removedRecords: number }> {
  let removedRecords = 0;
  const property = fc.asyncProperty(compactionHistory, async (history) => {
    const bed = new CompactionBed(history, witness);
    await bed.live();
    removedRecords += bed.removedRecords;
  });
  // A shorter history of the same kind is looked for, but not for ever.
  await fc.assert(property, {
    numRuns: count,
    interruptAfterTimeLimit: 3_000_000,
    ...(seed === undefined ? {} : { seed }),
  });
  return { removedRecords };
}
