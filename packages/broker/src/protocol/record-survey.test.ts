import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BATCH_HEADER_BYTES, recordCountAt } from './record-batch.ts';
import { surveyRecords } from './record-survey.ts';
import { buildBatch, type NewRecord, RecordCursor } from './records.ts';

const optionalBytes = fc.option(fc.uint8Array({ maxLength: 300 }));
const record: fc.Arbitrary<NewRecord> = fc.record({
  key: optionalBytes,
  value: optionalBytes,
  timestamp: fc.integer({ min: 0, max: 3e8 }),
  headers: fc.array(fc.record({ key: fc.string({ maxLength: 5 }), value: optionalBytes }), { maxLength: 3 }),
});
const batch = fc.array(record, { minLength: 1, maxLength: 20 }).map((records) => buildBatch(records));

/** The same, slowly; null where the framing is broken or an offset delta is out of turn. */
function walked(body: Uint8Array, recordCount: number) {
  const deltas: number[] = [];
  let lacksKey = false;
  try {
    const cursor = new RecordCursor(body, recordCount);
    while (cursor.next()) {
      if (cursor.offsetDelta !== deltas.length) return null;
      deltas.push(cursor.timestampDelta);
      lacksKey ||= cursor.keyLength < 0;
    }
  } catch {
    return null;
  }
  return {
    smallestTimestampDelta: Math.min(...deltas),
    largestTimestampDelta: Math.max(...deltas),
    lacksKey,
  };
}

test('a survey finds what a walk from record to record finds', () => {
  fc.assert(
    fc.property(batch, (bytes) => {
      const body = bytes.subarray(BATCH_HEADER_BYTES);
      const slow = walked(body, recordCountAt(bytes));
      const isUnusual =
        Math.max(slow?.largestTimestampDelta ?? 0, -(slow?.smallestTimestampDelta ?? 0)) >= 2 ** 27;
      expect(surveyRecords(body, recordCountAt(bytes))).toEqual(isUnusual ? null : slow);
    }),
  );
});

test('a survey takes nothing that such a walk would refuse', () => {
  const bend = fc.record({ at: fc.nat(), to: fc.integer({ min: 0, max: 255 }), cut: fc.nat({ max: 3 }) });
  fc.assert(
    fc.property(batch, fc.array(bend, { minLength: 1, maxLength: 3 }), (bytes, bends) => {
      const whole = bytes.slice(BATCH_HEADER_BYTES);
      for (const { at, to } of bends) whole[at % whole.length] = to;
      const body = whole.subarray(0, whole.length - (bends[0]?.cut ?? 0));
      const survey = surveyRecords(body, recordCountAt(bytes));
      if (survey !== null) expect(survey).toEqual(walked(body, recordCountAt(bytes)));
    }),
    { numRuns: 2000 },
  );
});
