/** What a topic's configs say about its logs; Kafka's names, units last. No value beyond ±2^53 is exact. */
export interface LogConfig {
  /** A segment is rolled rather than grown above this. */
  readonly segmentBytes: number;
  /** A segment is rolled when a record is this much younger than its first. */
  readonly segmentMs: number;
  /** Up to this much is taken off `segmentMs`, drawn per segment, so that logs do not roll together. */
  readonly segmentJitterMs: number;
  /** Room for the offset index of a segment, and for its time index; full means roll. */
  readonly segmentIndexBytes: number;
  /** An index entry for about every so many bytes. */
  readonly indexIntervalBytes: number;
  /** Records after which an append is synced before it completes. */
  readonly flushMessages: number;
  /** The longest time that written bytes stay unsynced. */
  readonly flushMs: number;
  /** Whether records count only when they are synced: for acknowledgements and for the high watermark. */
  readonly flushBeforeAck: boolean;
  /** Size to which old segments are deleted; -1 keeps all. */
  readonly retentionBytes: number;
  /** Age of its newest record at which a segment is deleted; -1 keeps all. */
  readonly retentionMs: number;
  /** How long a deleted file stays under its `.deleted` name for readers that still use it. */
  readonly fileDeleteDelayMs: number;
  /** Largest record batch, as it will lie in the log. */
  readonly maxMessageBytes: number;
  readonly messageTimestampType: 'CreateTime' | 'LogAppendTime';
  readonly messageTimestampBeforeMaxMs: number;
  readonly messageTimestampAfterMaxMs: number;
  readonly cleanupPolicy: readonly ('delete' | 'compact')[];
  /** Share of uncleaned bytes above which a compacted log is cleaned. */
  readonly minCleanableRatio: number;
  /** Age below which a record is not compacted. */
  readonly minCompactionLagMs: number;
  /** Age at which a record has to be compacted, whatever the share. */
  readonly maxCompactionLagMs: number;
  /** How long a tombstone, or a transaction marker without its data, stays from the first cleaning that sees it. */
  readonly deleteRetentionMs: number;
  /** `producer` keeps the codec that the batch came with. */
  readonly compressionType: 'producer' | 'uncompressed' | 'gzip' | 'snappy' | 'lz4' | 'zstd';
  /** How hard a codec tries where the broker compresses. */
  readonly compressionLevels: { readonly gzip: number; readonly zstd: number };
  /** Whether compressed batches of clients are opened to check each record, also where the header would do. */
  readonly validateRecords: boolean;
}

/** Java's Long.MAX_VALUE, Kafka's word for "never" and "without limit". */
const LONG_MAX = 2 ** 63;

const DAY_MS = 24 * 60 * 60 * 1000;

/** Kafka's defaults. */
export const DEFAULT_LOG_CONFIG: LogConfig = {
  segmentBytes: 1024 * 1024 * 1024,
  segmentMs: 7 * DAY_MS,
  segmentJitterMs: 0,
  segmentIndexBytes: 10 * 1024 * 1024,
  indexIntervalBytes: 4096,
  flushMessages: LONG_MAX,
  flushMs: LONG_MAX,
  flushBeforeAck: false,
  retentionBytes: -1,
  retentionMs: 7 * DAY_MS,
  fileDeleteDelayMs: 60_000,
  maxMessageBytes: 1024 * 1024 + 12,
  messageTimestampType: 'CreateTime',
  messageTimestampBeforeMaxMs: LONG_MAX,
  messageTimestampAfterMaxMs: 60 * 60 * 1000,
  cleanupPolicy: ['delete'],
  minCleanableRatio: 0.5,
  minCompactionLagMs: 0,
  maxCompactionLagMs: LONG_MAX,
  deleteRetentionMs: DAY_MS,
  compressionType: 'producer',
  compressionLevels: { gzip: -1, zstd: 3 },
  validateRecords: false,
};

/** How long a segment may grow: a record can be compacted when its segment is closed, and has to be at some time. */
export function longestSegmentMs({ cleanupPolicy, segmentMs, maxCompactionLagMs }: LogConfig): number {
  return cleanupPolicy.includes('compact') ? Math.min(segmentMs, maxCompactionLagMs) : segmentMs;
}
