import * as z from 'zod';
import { count, offset, timestampMs } from './scalars.ts';

/** Query of a lag history. Without `topic` the answer is the sum over the group. */
export const lagSeriesQuery = z
  .object({
    /** Defaults to now. */
    to: z.coerce.number().int().optional(),
    /** How far back from `to`; at most 30 days. */
    rangeMs: z.coerce
      .number()
      .int()
      .min(1_000)
      .max(30 * 24 * 3_600_000)
      .default(15 * 60_000),
    /** Distance of two points; raised by the server so that at most 2,000 points are sent. */
    stepMs: z.coerce.number().int().min(1_000).optional(),
    topic: z.string().optional(),
    partition: z.coerce.number().int().nonnegative().optional(),
  })
  .refine((query) => query.partition === undefined || query.topic !== undefined, {
    message: 'a partition needs its topic',
    path: ['topic'],
  });
export type LagSeriesQuery = z.input<typeof lagSeriesQuery>;

/** One step of a series. No sample in the step: every value is null, and the chart shows a gap. */
export const lagPoint = z.object({
  /** Start of the step. */
  at: timestampMs,
  /** The last value sampled in the step. */
  lag: count.nullable(),
  /** The largest value sampled in the step. */
  maxLag: count.nullable(),
  /** Sum of committed offsets. */
  committed: offset.nullable(),
  /** Sum of end offsets of the same partitions. */
  end: offset.nullable(),
});
export type LagPoint = z.infer<typeof lagPoint>;

export const lagSeries = z.object({
  group: z.string(),
  topic: z.string().nullable(),
  partition: count.nullable(),
  from: timestampMs,
  to: timestampMs,
  stepMs: count,
  points: z.array(lagPoint),
});
export type LagSeries = z.infer<typeof lagSeries>;
