import fc from 'fast-check';
import type { CompressionType } from '../../src/protocol/record-batch.ts';

/** One record: a key of few, and a value or null for a tombstone. */
export interface KeyedRecord {
  readonly key: string;
  readonly value: string | null;
}

/** One step in the life of a compacted log. */
export type CompactionStep =
  | {
      readonly kind: 'append';
      /** Null for a producer without an id; one with an id is idempotent. */
      readonly producer: number | null;
      readonly codec: CompressionType;
      readonly records: readonly KeyedRecord[];
    }
  | { readonly kind: 'repeat'; readonly producer: number }
  | { readonly kind: 'keyless' }
  | {
      readonly kind: 'write in transaction';
      readonly producer: number;
      readonly codec: CompressionType;
      readonly records: readonly KeyedRecord[];
    }
  | { readonly kind: 'end transaction'; readonly producer: number; readonly outcome: 'commit' | 'abort' }
  | { readonly kind: 'replicate' }
  | { readonly kind: 'delete records'; readonly share: number }
  | { readonly kind: 'advance clock'; readonly byMs: number }
  | { readonly kind: 'clean'; readonly slots: number; readonly readBytes: number }
  | { readonly kind: 'restart'; readonly how: 'clean' | 'crash' | 'crash without snapshots' };

export interface CompactionHistory {
  readonly segmentBytes: number;
  readonly minCompactionLagMs: number;
  readonly timestampType: 'CreateTime' | 'LogAppendTime';
  /** Whether the high watermark follows each append, or waits for a step that says so. */
  readonly replicates: 'at once' | 'by steps';
  readonly steps: readonly CompactionStep[];
}

/** How long tombstones and markers stay in these histories. */
export const DELETE_RETENTION_MS = 10_000;

const codec = fc.constantFrom<CompressionType>('none', 'none', 'gzip', 'snappy', 'lz4', 'zstd');

const record = fc.record({
  key: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', ''),
  value: fc.option(fc.string({ maxLength: 12 }), { nil: null, freq: 3 }),
});

const records = fc.array(record, { minLength: 1, maxLength: 6 });

const step: fc.Arbitrary<CompactionStep> = fc.oneof(
  {
    weight: 14,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      producer: fc.option(fc.constantFrom(1, 2), { nil: null }),
      codec,
      records,
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('write in transaction' as const),
      producer: fc.constantFrom(11, 12, 13),
      codec,
      records,
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('end transaction' as const),
      producer: fc.constantFrom(11, 12, 13),
      outcome: fc.constantFrom('commit' as const, 'abort' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('repeat' as const), producer: fc.constantFrom(1, 2) }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'keyless' as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'replicate' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('delete records' as const),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('advance clock' as const),
      byMs: fc.constantFrom(1, 500, DELETE_RETENTION_MS, 3 * DELETE_RETENTION_MS),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('clean' as const),
      slots: fc.constantFrom(8, 12, 1000),
      readBytes: fc.constantFrom(61, 400, 100_000),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('restart' as const),
      how: fc.constantFrom('clean' as const, 'crash' as const, 'crash without snapshots' as const),
    }),
  },
);

/** Any life of a compacted log, with segments so small that most of it is closed. */
export const compactionHistory: fc.Arbitrary<CompactionHistory> = fc.record({
  segmentBytes: fc.constantFrom(300, 600, 1200),
  minCompactionLagMs: fc.constantFrom(0, 0, 1000),
  timestampType: fc.constantFrom('CreateTime' as const, 'CreateTime' as const, 'LogAppendTime' as const),
  replicates: fc.constantFrom('at once' as const, 'at once' as const, 'by steps' as const),
  steps: fc.array(step, { minLength: 5, maxLength: 80, size: 'max' }),
});
