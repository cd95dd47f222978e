import type { LogConfig } from '../log/log-config.ts';
import type { ConfigValues } from '../metadata/configs/config-values.ts';

/** What a topic's effective configs say about its logs. */
export function logConfigFrom(topic: ConfigValues): LogConfig {
  const cleanupPolicy = topic.list('cleanup.policy').map((policy) => known(policy, CLEANUP_POLICIES));
  const maxCompactionLagMs = topic.number('max.compaction.lag.ms');
  return {
    segmentBytes: topic.numberOrNull('internal.segment.bytes') ?? topic.number('segment.bytes'),
    // What must be compacted in time must be in a closed segment by then.
    segmentMs: cleanupPolicy.includes('compact')
      ? Math.min(topic.number('segment.ms'), maxCompactionLagMs)
      : topic.number('segment.ms'),
    segmentJitterMs: topic.number('segment.jitter.ms'),
    segmentIndexBytes: topic.number('segment.index.bytes'),
    indexIntervalBytes: topic.number('index.interval.bytes'),
    flushMessages: topic.number('flush.messages'),
    flushMs: topic.number('flush.ms'),
    flushBeforeAck: topic.boolean('odradek.flush.before.ack'),
    retentionBytes: topic.number('retention.bytes'),
    retentionMs: topic.number('retention.ms'),
    fileDeleteDelayMs: topic.number('file.delete.delay.ms'),
    maxMessageBytes: topic.number('max.message.bytes'),
    messageTimestampType: known(topic.string('message.timestamp.type'), TIMESTAMP_TYPES),
    messageTimestampBeforeMaxMs: topic.number('message.timestamp.before.max.ms'),
    messageTimestampAfterMaxMs: topic.number('message.timestamp.after.max.ms'),
    minCleanableRatio: topic.number('min.cleanable.dirty.ratio'),
    minCompactionLagMs: topic.number('min.compaction.lag.ms'),
    maxCompactionLagMs,
    deleteRetentionMs: topic.number('delete.retention.ms'),
    cleanupPolicy,
    compressionType: known(topic.string('compression.type'), COMPRESSION_TYPES),
    compressionLevels: {
      gzip: topic.number('compression.gzip.level'),
      zstd: topic.number('compression.zstd.level'),
    },
    validateRecords: topic.boolean('odradek.validate.records'),
  };
}

const TIMESTAMP_TYPES = ['CreateTime', 'LogAppendTime'] as const;
const CLEANUP_POLICIES = ['delete', 'compact'] as const;
const COMPRESSION_TYPES = ['producer', 'uncompressed', 'gzip', 'snappy', 'lz4', 'zstd'] as const;

/** A value that was checked against the same list before it was stored. */
function known<Value extends string>(value: string, values: readonly [Value, ...Value[]]): Value {
  return values.find((candidate) => candidate === value) ?? values[0];
}
