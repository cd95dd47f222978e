import * as z from 'zod';
import { count, timestampMs } from './scalars.ts';

const member = z.object({
  memberId: z.string(),
  clientId: z.string(),
  instanceId: z.string().nullable(),
  host: z.string(),
});

/**
 * How a member went. `replaced`: another with its `group.instance.id` came, and it was fenced. `fenced`: it came back
 * under the same id, which only one that was put out does. `not-told`: it left, or its session expired; the
 * protocol does not tell these apart.
 */
export const departure = z.enum(['replaced', 'fenced', 'not-told']);
export type Departure = z.infer<typeof departure>;

/** One rebalance of a group: from a settled assignment to the next one. */
export const rebalance = z.object({
  /** Later ones have higher ids, within a group. */
  id: count,
  /** The generation of a classic group, the group epoch of another one; null where it is not told. */
  fromEpoch: z.int().nullable(),
  toEpoch: z.int().nullable(),
  /**
   * What consumers had to do: `eager`: give up everything; `cooperative` and `incremental` (KIP-848): only what
   * moved. `unknown`: the members chose an assignor that this console does not know.
   */
  kind: z.enum(['eager', 'cooperative', 'incremental', 'unknown']),
  /** When it was first seen to be under way. */
  beganAt: timestampMs,
  /** The group was last seen settled then: it began after this. Null where `beganAt` is exact, or nothing was seen before. */
  beganAfter: timestampMs.nullable(),
  /** Null while it is under way. */
  endedAt: timestampMs.nullable(),
  /** It was last seen to be under way then; null where `endedAt` is exact. */
  endedAfter: timestampMs.nullable(),
  joined: z.array(member),
  left: z.array(member.extend({ how: departure })),
  /** Who was in the group afterwards, and how many partitions each had. */
  members: z.array(member.extend({ partitions: count, gained: count, lost: count })),
  /** Partitions that went from one member to another. */
  partitionsMoved: count,
  /**
   * How long consumers stood still. Eager: all of the group. Otherwise: the partition that had no owner for longest.
   * Null where nobody was there to stand still, or it is under way.
   */
  stopped: z.object({ atLeastMs: count, atMostMs: count.nullable() }).nullable(),
});
export type Rebalance = z.infer<typeof rebalance>;

export const groupTimeline = z.object({
  /** `offsets-topic`: read where the coordinator keeps it, with exact times; `sampled`: seen from sample to sample. */
  source: z.enum(['offsets-topic', 'sampled']),
  /** From when on rebalances are known; null before the first sample. */
  since: timestampMs.nullable(),
  /** Newest first; the newest fifty. */
  rebalances: z.array(rebalance),
  checkedAt: timestampMs.nullable(),
});
export type GroupTimeline = z.infer<typeof groupTimeline>;
