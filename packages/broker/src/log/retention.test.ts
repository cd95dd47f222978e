import { expect, test } from 'vitest';
import { DEFAULT_LOG_CONFIG, type LogConfig } from './log-config.ts';
import { countExpired } from './retention.ts';

/** Five segments of 100 bytes and ten records, each a second younger than the one before; now is second 10. */
const SEGMENTS = Array.from({ length: 5 }, (_, index) => ({
  sizeInBytes: 100,
  endOffset: (index + 1) * 10,
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
  [
    'no more than that from a compacted topic',
    2,
    { cleanupPolicy: ['compact'], retentionMs: 0 },
    { logStartOffset: 20 },
  ],
])('deleted is %s', async (_what, count, config, limits) => {
  expect(await expired(config, limits)).toBe(count);
});

test('a segment without records is never deleted', async () => {
  const empty = [{ sizeInBytes: 0, endOffset: 0, newestMs: async () => 0 }];
  const limits = { nowMs: 1e12, logStartOffset: 0, highWatermark: 0 };
  expect(await countExpired(empty, { ...limits, config: { ...DEFAULT_LOG_CONFIG, retentionMs: 0 } })).toBe(0);
});
