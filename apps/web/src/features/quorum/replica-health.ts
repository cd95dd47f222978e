import type { QuorumReplica } from '@odradek/contract';

/** Kafka's `controller.quorum.fetch.timeout.ms` by default, doubled: a node that long without a fetch is not there. */
const SILENT_AFTER_MS = 4_000;

/** Nobody fetches all the time: a node that had everything so recently is not behind. */
const BEHIND_AFTER_MS = 2_000;

export type ReplicaHealth = 'leads' | 'caught up' | 'behind' | 'silent' | 'not heard of';

/** What a replica of the metadata log does, from what the leader had heard of it by `at`. */
export function replicaHealth(
  { role, lag, lastFetchAt, lastCaughtUpAt }: QuorumReplica,
  at: number,
): ReplicaHealth {
  if (role === 'leader') return 'leads';
  if (lag === null) return 'not heard of';
  if (lastFetchAt !== null && at - lastFetchAt > SILENT_AFTER_MS) return 'silent';
  const isBehind = lag > 0 && (lastCaughtUpAt === null || at - lastCaughtUpAt > BEHIND_AFTER_MS);
  return isBehind ? 'behind' : 'caught up';
}
