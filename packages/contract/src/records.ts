import * as z from 'zod';
import { bytes, count, offset, timestampMs } from './scalars.ts';

/**
 * A key, value or header value, without loss. `json` and `utf8` carry the original text (numbers keep all
 * digits: parse it losslessly or not at all); `base64` is anything that is not valid UTF-8. Null is its own
 * case: an empty string is `utf8` with size 0. `sizeBytes` counts the whole content, also when truncated.
 */
export const recordContent = z.discriminatedUnion('encoding', [
  z.object({ encoding: z.literal('null') }),
  z.object({ encoding: z.literal('utf8'), text: z.string(), sizeBytes: bytes, truncated: z.boolean() }),
  z.object({ encoding: z.literal('json'), text: z.string(), sizeBytes: bytes, truncated: z.boolean() }),
  z.object({ encoding: z.literal('base64'), text: z.string(), sizeBytes: bytes, truncated: z.boolean() }),
]);
export type RecordContent = z.infer<typeof recordContent>;

export const topicRecord = z.object({
  partition: count,
  offset,
  timestamp: timestampMs,
  timestampType: z.enum(['create-time', 'log-append-time', 'none']),
  key: recordContent,
  value: recordContent,
  /** In the record's order; a name may occur twice. */
  headers: z.array(z.object({ name: z.string(), value: recordContent })),
  /** Key, value and headers together. */
  sizeBytes: bytes,
});
export type TopicRecord = z.infer<typeof topicRecord>;

const peekStart = z.enum(['newest', 'oldest', 'offset', 'timestamp']);

/** Query of a peek. Reading leaves no group and no commit behind. */
export const peekQuery = z
  .object({
    start: peekStart.default('newest'),
    /** Needed by, and only by, `start=offset`: the first offset in each partition that is read. */
    offset: z.coerce.number().int().nonnegative().optional(),
    /** Needed by, and only by, `start=timestamp`: milliseconds since the epoch. */
    timestamp: z.coerce.number().int().nonnegative().optional(),
    /** Absent: all partitions. */
    partition: z.coerce.number().int().nonnegative().optional(),
    limit: z.coerce.number().int().min(1).max(500).default(50),
    /** Longer contents are cut to this many bytes and say so. */
    contentBytes: z.coerce
      .number()
      .int()
      .min(0)
      .max(16 * 1024 * 1024)
      .default(16 * 1024),
  })
  .refine((query) => (query.start === 'offset') === (query.offset !== undefined), {
    message: 'offset goes with start=offset, and only with it',
    path: ['offset'],
  })
  .refine((query) => (query.start === 'timestamp') === (query.timestamp !== undefined), {
    message: 'timestamp goes with start=timestamp, and only with it',
    path: ['timestamp'],
  });
export type PeekQuery = z.input<typeof peekQuery>;

/** `newest`: newest first. Every other start: oldest first. */
export const peekResponse = z.object({
  records: z.array(topicRecord),
  partitions: z.array(
    z.object({
      partition: count,
      logStartOffset: offset.nullable(),
      endOffset: offset.nullable(),
      /** Where reading goes on after this answer; null when the end was reached. */
      nextOffset: offset.nullable(),
      /** Kafka's error name when this partition could not be read; the others are still shown. */
      error: z.string().nullable(),
    }),
  ),
});
export type PeekResponse = z.infer<typeof peekResponse>;

/** What a form sends as key, value or header value; null is a null, not an empty string. */
export const producedContent = z.discriminatedUnion('encoding', [
  z.object({ encoding: z.literal('null') }),
  z.object({ encoding: z.literal('utf8'), text: z.string() }),
  z.object({ encoding: z.literal('base64'), text: z.base64() }),
]);
export type ProducedContent = z.infer<typeof producedContent>;

export const produceRecordRequest = z.object({
  /** Null: chosen by key as Kafka's default partitioner does, or at random without a key. */
  partition: count.nullable().default(null),
  key: producedContent.default({ encoding: 'null' }),
  value: producedContent,
  headers: z.array(z.object({ name: z.string(), value: producedContent })).default([]),
});
export type ProduceRecordRequest = z.input<typeof produceRecordRequest>;

export const produceRecordResponse = z.object({ partition: count, offset });
export type ProduceRecordResponse = z.infer<typeof produceRecordResponse>;
