import { expect, test } from 'vitest';
import { DEFAULT_LOG_CONFIG, type LogConfig } from './log-config.ts';
import { countExpired } from './retention.ts';

/** Five segments of 100 bytes and ten records, each a second younger than the one before; now is second 10. */
const SEGMENTS = Array.from({ length: 5 }, (_, index) => ({
  baseOffset: index * 10,
  sizeInBytes: 100,
  newestMs: async () => index * 1000,
}));

function expired(
  config: Partial<LogConfig>,
  limits: { logStartOffset?: number; highWatermark?: number } = {},
): Promise<number> {
  return countExpired(SEGMENTS, {
    config: { ...DEFAULT_LOG_CONFIG, retentionMs: -1, ...config },
    nowMs: 10_000,
    logStartOffset: 0,
    highWatermark: 50,
    logEndOffset: 50,
    sizeInBytes: 500,
    ...limits,
  });
}

test.each<[string, number, Partial<LogConfig>, Parameters<typeof expired>[1]]>([
  ['nothing without limits', 0, {}, {}],
  ['what is older than retention.ms', 3, { retentionMs: 7000 }, {}],
  ['nothing that is exactly as old', 2, { retentionMs: 8000 }, {}],
  ['all, the active segment too, when all is too old', 5, { retentionMs: 0 }, {}],
  ['nothing above the high watermark', 2, { retentionMs: 0 }, { highWatermark: 29 }],
  ['what is more than retention.bytes', 2, { retentionBytes: 300 }, {}],
  ['only whole segments of it', 1, { retentionBytes: 301 }, {}],
  ['all when nothing is to be kept', 5, { retentionBytes: 0 }, {}],
  ['what lies below the log start offset', 2, {}, { logStartOffset: 29 }],
  ['not the active segment because its records are deleted', 4, {}, { logStartOffset: 50 }],
  ['nothing of a topic without a policy', 0, { cleanupPolicy: [], retentionMs: 0, retentionBytes: 0 }, {}],
  [
    'no more than that from a compacted topic',
    2,
    { cleanupPolicy: ['compact'], retentionMs: 0 },
    { logStartOffset: 20 },
  ],
])('deleted is %s', async (_what, count, config, limits) => {
  expect(await expired(config, limits)).toBe(count);
});

test.each([
  ['the active segment is not deleted while it has no records', [0], 0],
  ['closed segments that cleaning has emptied are', [0, 0, 10], 3],
])('%s', async (_what, sizes, count) => {
  const segments = sizes.map((sizeInBytes, index) => ({
    baseOffset: index,
    sizeInBytes,
    newestMs: async () => 0,
  }));
  const end = { logStartOffset: 0, highWatermark: sizes.length, logEndOffset: sizes.length };
  const config = { ...DEFAULT_LOG_CONFIG, retentionMs: 0 };
  expect(await countExpired(segments, { ...end, nowMs: 1e12, sizeInBytes: 10, config })).toBe(count);
});
