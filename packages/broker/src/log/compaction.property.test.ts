import { expect, test } from 'vitest';
import { liveHistories } from '../../test/log/compaction-run.ts';

/** `ODRADEK_COMPACTION_HISTORIES=10000` for a long run, `ODRADEK_COMPACTION_SEED` to see one again. */
const histories = Number(process.env.ODRADEK_COMPACTION_HISTORIES ?? 100);
const seed = process.env.ODRADEK_COMPACTION_SEED;

test('a compacted log reads like the map that its records make', { timeout: 3_600_000 }, async () => {
  const { removedRecords } = await liveHistories(histories, seed === undefined ? {} : { seed: Number(seed) });
  console.log(`compaction: ${histories} histories, ${removedRecords} records cleaned away`);
  expect(removedRecords).toBeGreaterThan(histories);
});
