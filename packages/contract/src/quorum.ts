import * as z from 'zod';
import { quorumRole } from './brokers.ts';
import { count, offset, timestampMs } from './scalars.ts';

/** One node of the metadata quorum, as its leader sees it. */
export const quorumReplica = z.object({
  id: z.int(),
  role: quorumRole,
  /** Kafka's 22 characters; null where the quorum is older than directory ids, or static. */
  directoryId: z.string().nullable(),
  /** `NAME://host:port` of each controller listener; empty where it is not told. */
  endpoints: z.array(z.string()),
  /** Null until it has fetched from this leader. */
  logEndOffset: offset.nullable(),
  /** Records it is behind the leader; null until it has fetched from this leader. */
  lag: count.nullable(),
  /** When it last fetched; null for the leader itself and where it is not told. Times are by the console's clock. */
  lastFetchAt: timestampMs.nullable(),
  /** When it last had all that the leader had; null for the leader, where it never did, or it is not told. */
  lastCaughtUpAt: timestampMs.nullable(),
});
export type QuorumReplica = z.infer<typeof quorumReplica>;

export const quorum = z.object({
  /** `not-kraft`: brokers without a quorum. `not-told`: it may not be asked for, or no node can say. */
  state: z.enum(['known', 'no-leader', 'not-told', 'not-kraft']),
  /** Kafka's error name, where that is why it is not told. */
  error: z.string().nullable(),
  leaderId: z.int().nullable(),
  leaderEpoch: z.int().nullable(),
  /** Records of the metadata log below it are committed. */
  highWatermark: offset.nullable(),
  /** The leader first, then voters and observers by id. */
  replicas: z.array(quorumReplica),
  checkedAt: timestampMs.nullable(),
});
export type Quorum = z.infer<typeof quorum>;
