import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PendingDecision } from './decision-queue.ts';
import { GatheredBatch } from './gathered-batch.ts';

const bytes = fc.uint8Array({ maxLength: 200 });
const header = fc.record({ key: fc.string({ unit: 'binary', maxLength: 20 }), value: fc.option(bytes) });
const record = fc.record({
  key: bytes,
  value: fc.option(bytes),
  headers: fc.array(header, { maxLength: 40, size: 'max' }),
});

test('a batch is never counted as less than it takes', () => {
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 50 }), (records) => {
      const batch = new GatheredBatch(1_700_000_000_000);
      batch.add(PENDING, { records, answers: [] });
      expect(batch.bytes('none').length).toBeLessThanOrEqual(batch.sizeInBytes);
    }),
  );
});

const PENDING: PendingDecision = {
  ...{ mark: 1, answers: [], notes: [], request: null, expiresAtMs: 0, committed: false },
};
