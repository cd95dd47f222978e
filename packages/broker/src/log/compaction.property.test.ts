import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CompactionBed } from '../../test/log/compaction-bed.ts';
import { compactionHistory } from '../../test/log/compaction-history.ts';

/** `ODRADEK_COMPACTION_HISTORIES=10000` for a long run, `ODRADEK_COMPACTION_SEED` to see one again. */
const histories = Number(process.env.ODRADEK_COMPACTION_HISTORIES ?? 150);
const seed = process.env.ODRADEK_COMPACTION_SEED;

test('a compacted log reads like the map that its records make', { timeout: 3_600_000 }, async () => {
  let removed = 0;
  await fc.assert(
    fc.asyncProperty(compactionHistory, async (history) => {
      const bed = new CompactionBed(history);
      await bed.live();
      removed += bed.removedRecords;
    }),
    { numRuns: histories, ...(seed === undefined ? {} : { seed: Number(seed) }) },
  );
  console.log(`compaction: ${histories} histories, ${removed} records cleaned away`);
  expect(removed).toBeGreaterThan(histories);
});
