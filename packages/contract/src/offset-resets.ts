import * as z from 'zod';
import { count, offset, timestampMs, topicPartition } from './scalars.ts';

/** Where committed offsets are to go. */
export const resetTarget = z.discriminatedUnion('to', [
  z.object({ to: z.literal('earliest') }),
  /** The high watermark: the next record that is written. */
  z.object({ to: z.literal('latest') }),
  /** The first record at or after a time; the end where none is that young. */
  z.object({ to: z.literal('time'), timestamp: timestampMs.nonnegative() }),
  z.object({ to: z.literal('offset'), offset: offset.nonnegative() }),
  /** Back when negative. */
  z.object({ to: z.literal('shift'), by: z.int() }),
  /** What another group has committed. */
  z.object({ to: z.literal('group'), group: z.string().min(1) }),
]);
export type ResetTarget = z.infer<typeof resetTarget>;

export const resetGoal = z.object({
  target: resetTarget,
  /** All partitions of these; null: of the topics that the group has committed to. */
  topics: z.array(z.string()).min(1).nullable().default(null),
  /** Only these of them; null: all. */
  partitions: z.array(topicPartition).min(1).nullable().default(null),
});
export type ResetGoal = z.output<typeof resetGoal>;
export type ResetGoalRequest = z.input<typeof resetGoal>;

/** What is to be said about one partition of a plan. */
export const resetNote = z.enum([
  /** What was asked for lies before the first record; the first record is taken. */
  'raised-to-start',
  /** It lies behind the end; the end is taken. */
  'lowered-to-end',
  /** No record is that young; the end is taken. */
  'no-record-that-young',
  /** Nothing to go by: the group that was named, or this one where it is to be shifted, has not committed here. */
  'no-offset',
  /** Its leader did not say where it begins and ends. */
  'not-answered',
]);
export type ResetNote = z.infer<typeof resetNote>;

export const plannedReset = topicPartition.extend({
  /** Null: never committed. */
  before: offset.nullable(),
  /** Null: nothing is changed here, `note` says why. */
  after: offset.nullable(),
  start: offset.nullable(),
  end: offset.nullable(),
  note: resetNote.nullable(),
});
export type PlannedReset = z.infer<typeof plannedReset>;

/** Why offsets cannot be reset now: a member would go on where it is and commit over it. */
export const activeMembers = z.object({
  /** Kafka's word. */
  state: z.string(),
  members: z.array(z.object({ memberId: z.string(), clientId: z.string(), host: z.string() })),
});
export type ActiveMembers = z.infer<typeof activeMembers>;

export const resetPlan = z.object({
  group: z.string(),
  /** By topic, then partition. */
  partitions: z.array(plannedReset),
  /** Partitions whose offset differs afterwards. */
  changes: count,
  /** Records that will be read again, and that will never be read; upper bounds where a log was compacted. */
  recordsAgain: count,
  recordsSkipped: count,
  /** Null: nobody is in the way. */
  active: activeMembers.nullable(),
});
export type ResetPlan = z.infer<typeof resetPlan>;

/** One partition as a plan has shown it; `before` is checked again, so that nothing else is overwritten. */
export const resetPartition = topicPartition.extend({
  before: offset.nullable(),
  after: offset.nonnegative(),
});

export const resetRequest = z.object({ partitions: z.array(resetPartition).min(1).max(100_000) });
export type ResetRequest = z.input<typeof resetRequest>;

/** A reset that was carried out here, kept for undoing it. */
export const pastReset = z.object({
  id: count,
  at: timestampMs,
  partitions: z.array(resetPartition),
  /** Null: it can be undone. */
  cannotUndo: z.enum(['undone', 'committed-since']).nullable(),
});
export type PastReset = z.infer<typeof pastReset>;

/** The last reset of a group that was carried out here; null: there was none. */
export const lastReset = z.object({ reset: pastReset.nullable() });
export type LastReset = z.infer<typeof lastReset>;

export const undoRequest = z.object({ id: count });
export type UndoRequest = z.input<typeof undoRequest>;

/** What became of each partition. */
export const resetOutcome = z.object({
  changed: count,
  refused: z.array(topicPartition.extend({ error: z.string(), message: z.string() })),
});
export type ResetOutcome = z.infer<typeof resetOutcome>;
