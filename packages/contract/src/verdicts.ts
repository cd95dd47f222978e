import * as z from 'zod';
import { offset, timestampMs } from './scalars.ts';

/** Burrow's word for one partition of a group. */
export const partitionVerdict = z.enum(['OK', 'WARN', 'STOP', 'STALL', 'REWIND']);
export type PartitionVerdict = z.infer<typeof partitionVerdict>;

/** Burrow's word for a whole group: its worst partition, where STOP, STALL and REWIND count as ERR. */
export const groupVerdict = z.enum(['OK', 'WARN', 'ERR']);
export type GroupVerdict = z.infer<typeof groupVerdict>;

/** One commit in the window the verdict was reached from. */
export const windowCommit = z.object({
  offset,
  /** When the group committed, by the broker's clock (or the sampling tick of a polled cluster). */
  timestamp: timestampMs,
  /** When the monitor saw the commit. */
  observedAt: timestampMs,
  /** End offset minus committed offset at the moment of the commit; null for a commit learnt late. */
  lag: offset.nullable(),
});
export type WindowCommit = z.infer<typeof windowCommit>;

/** The rule that decided, by Burrow's evaluation order. */
export const verdictRule = z.enum([
  'no-lag',
  'stopped',
  'rewound',
  'recently-caught-up',
  'stalled',
  'lag-never-decreased',
  'lag-decreased',
]);
export type VerdictRule = z.infer<typeof verdictRule>;

/** Why a partition has its verdict: what was looked at and which rule fired. */
export const verdictEvidence = z.object({
  commits: z.array(windowCommit),
  /** The end offsets sampled last, oldest first. */
  brokerOffsets: z.array(offset),
  /** Share of the window that is filled, 0 to 1. */
  complete: z.number(),
  rule: verdictRule,
  /** The rule and the numbers that met it, in one English sentence. */
  explanation: z.string(),
  evaluatedAt: timestampMs,
});
export type VerdictEvidence = z.infer<typeof verdictEvidence>;
