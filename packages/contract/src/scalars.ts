import * as z from 'zod';

/** A log offset. Exact: Kafka's int64 outside ±2^53 never reaches this API (design decision 14). */
export const offset = z.int();
/** Milliseconds since the Unix epoch. */
export const timestampMs = z.int();
/** A non-negative count of things. */
export const count = z.int().nonnegative();
/** A size in bytes. */
export const bytes = z.int().nonnegative();

/** Names one partition of one topic. */
export const topicPartition = z.object({ topic: z.string(), partition: count });
export type TopicPartition = z.infer<typeof topicPartition>;

/** Some partitions: the first by name, and how many there are in all. */
export const partitionsNamed = z.object({ total: count, partitions: z.array(topicPartition) });
export type PartitionsNamed = z.infer<typeof partitionsNamed>;
