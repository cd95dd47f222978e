import * as z from 'zod';
import { bytes, count, offset, timestampMs } from './scalars.ts';
import { groupVerdict, partitionVerdict } from './verdicts.ts';

/** A group that reads a topic, as the topic's pages show it. */
export const topicReader = z.object({
  group: z.string(),
  /** Kafka's state of the group, `Stable`, `Empty`, … */
  state: z.string(),
  /** Sum over the topic's partitions that have a commit; null when none has. */
  lag: count.nullable(),
  /** Judged over this topic's partitions only; null when nothing is committed. */
  verdict: groupVerdict.nullable(),
});
export type TopicReader = z.infer<typeof topicReader>;

export const topicSummary = z.object({
  name: z.string(),
  /** Kafka's 22 characters; null on brokers older than topic ids. */
  topicId: z.string().nullable(),
  internal: z.boolean(),
  partitions: count,
  /** Of the partition that has the fewest replicas. */
  replicationFactor: count,
  underReplicated: count,
  leaderless: count,
  /** Of the leaders' logs; null when not permitted or not yet known. */
  sizeBytes: bytes.nullable(),
  /** End minus start offsets: an upper bound when records were compacted or transactions are used. */
  messageEstimate: count.nullable(),
  /** True where compaction makes the estimate meaningless as a count. */
  compacted: z.boolean(),
  /** Records appended per second over the last samples; null before two samples. */
  recordsInPerSecond: z.number().nullable(),
  readers: z.array(topicReader),
});
export type TopicSummary = z.infer<typeof topicSummary>;

export const topicList = z.object({ topics: z.array(topicSummary), checkedAt: timestampMs.nullable() });
export type TopicList = z.infer<typeof topicList>;

export const topicPartitionDetail = z.object({
  partition: count,
  /** Broker id; null when the partition has no leader. */
  leader: z.int().nullable(),
  leaderEpoch: z.int().nullable(),
  replicas: z.array(z.int()),
  isr: z.array(z.int()),
  offlineReplicas: z.array(z.int()),
  logStartOffset: offset.nullable(),
  /** The high watermark: the offset the next readable record will have. */
  endOffset: offset.nullable(),
  sizeBytes: bytes.nullable(),
  recordsInPerSecond: z.number().nullable(),
  /** Kafka's error name for this partition; null when there is none. */
  error: z.string().nullable(),
});
export type TopicPartitionDetail = z.infer<typeof topicPartitionDetail>;

export const configSource = z.enum([
  'topic',
  'broker',
  'default-broker',
  'static-broker',
  'default',
  'broker-logger',
  'client-metrics',
  'group',
  'unknown',
]);
export type ConfigSource = z.infer<typeof configSource>;

export const configEntry = z.object({
  name: z.string(),
  /** Text as Kafka gives it, so LONG values stay exact; null when sensitive or unset. */
  value: z.string().nullable(),
  type: z.string(),
  source: configSource,
  isDefault: z.boolean(),
  isSensitive: z.boolean(),
  isReadOnly: z.boolean(),
  documentation: z.string().nullable(),
  /** The chain the value was chosen from, the winning one first. */
  synonyms: z.array(z.object({ name: z.string(), value: z.string().nullable(), source: configSource })),
});
export type ConfigEntry = z.infer<typeof configEntry>;

/** A group that reads the topic, partition by partition. */
export const topicReaderDetail = topicReader.extend({
  partitions: z.array(
    z.object({
      partition: count,
      committed: offset.nullable(),
      lag: count.nullable(),
      verdict: partitionVerdict.nullable(),
    }),
  ),
});
export type TopicReaderDetail = z.infer<typeof topicReaderDetail>;

export const topicDetail = topicSummary.omit({ readers: true }).extend({
  partitionDetails: z.array(topicPartitionDetail),
  readers: z.array(topicReaderDetail),
  checkedAt: timestampMs.nullable(),
});
export type TopicDetail = z.infer<typeof topicDetail>;

export const topicConfigs = z.object({ configs: z.array(configEntry) });
export type TopicConfigs = z.infer<typeof topicConfigs>;

/** Kafka's rule for topic names, so that a form can refuse before sending. */
export const topicName = z
  .string()
  .min(1, 'A topic needs a name')
  .max(249, 'A topic name has at most 249 characters')
  .regex(/^[a-zA-Z0-9._-]+$/, 'A topic name may hold only letters, digits, ".", "_" and "-"')
  .refine((name) => name !== '.' && name !== '..', 'A topic cannot be named "." or ".."');

export const createTopicRequest = z.object({
  name: topicName,
  /** Null: the broker's `num.partitions`. */
  partitions: z.int().min(1).max(100_000).nullable(),
  /** Null: the broker's `default.replication.factor`. */
  replicationFactor: z.int().min(1).max(32_767).nullable(),
  /** Topic configs by Kafka's names; values as text. */
  configs: z.record(z.string(), z.string()).default({}),
  /** Only check, create nothing. */
  validateOnly: z.boolean().default(false),
});
export type CreateTopicRequest = z.input<typeof createTopicRequest>;

export const createTopicResponse = z.object({
  name: z.string(),
  topicId: z.string().nullable(),
  partitions: count.nullable(),
  replicationFactor: count.nullable(),
});
export type CreateTopicResponse = z.infer<typeof createTopicResponse>;
