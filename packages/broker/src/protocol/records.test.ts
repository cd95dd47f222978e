import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildBatch, type LogRecord, recordsBody, recordsIn } from './records.ts';

/** Long enough for lengths of one, two and three bytes. */
const bytes = fc.option(fc.oneof(fc.constant(20_000), fc.nat(200)).map((length) => new Uint8Array(length)));
const record = fc.record({
  key: bytes,
  value: bytes,
  timestamp: fc.oneof(fc.nat(1_000), fc.integer({ min: 0, max: 2 ** 45 })),
  headers: fc.array(
    fc.record({ key: fc.string({ unit: 'binary', maxLength: 200, size: 'max' }), value: bytes }),
    {
      maxLength: 3,
    },
  ),
});

test('records of any size come back as they were written', () => {
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 5 }), (records) => {
      const batch = buildBatch(records);
      const read = [...recordsIn(batch, recordsBody(batch, Number.POSITIVE_INFINITY))];
      const sizesOf = ({ headers, key, timestamp, value }: Omit<LogRecord, 'offset'>) => ({
        ...{ key: key?.length, value: value?.length, timestamp },
        headers: headers.map((header) => [header.key, header.value?.length]),
      });
      expect(read.map(sizesOf)).toEqual(records.map(sizesOf));
    }),
  );
});
