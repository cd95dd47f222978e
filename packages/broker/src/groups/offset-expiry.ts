import { usesConsumerProtocol } from './classic/classic-group.ts';
import { type Group, subscriptionOf } from './group.ts';
import type { OffsetStore, StoredOffset } from './offset-store.ts';

/**
 * Offsets of a group that `offsets.retention.minutes` lets go (KIP-211): of an empty group since it became empty,
 * of consumers that are running since the commit, for topics they left; of a simple group since the commit, and so of
 * one of the consumer protocol. While a classic group rebalances nothing expires, nor does what an open transaction is
 * about to commit anew.
 */
export function expiredOffsets(
  group: Group,
  offsets: OffsetStore,
  { retentionMs, wallMs }: { retentionMs: number; wallMs: number },
): StoredOffset[] {
  const since = retentionStart(group);
  if (since === null) return [];
  const isSubscribedTo = subscriptionOf(group);
  const expired: StoredOffset[] = [];
  for (const offset of offsets.ofGroup(group.groupId)) {
    if (isSubscribedTo(offset.topic) || offsets.pending.has({ ...offset, groupId: group.groupId })) continue;
    const expiresAtMs = offset.expiresAtMs ?? since(offset) + retentionMs;
    if (wallMs >= expiresAtMs) expired.push(offset);
  }
  return expired;
}

/** From when on an offset's retention counts; null while none of the group's offsets may expire. */
function retentionStart(group: Group): ((offset: StoredOffset) => number) | null {
  if (group.type === 'consumer' || group.protocolType === null) return ({ committedAtMs }) => committedAtMs;
  if (group.state === 'Empty') return ({ committedAtMs }) => group.stateSinceMs ?? committedAtMs;
  const isRunning =
    group.state === 'Stable' && usesConsumerProtocol(group) && group.subscribedTopics !== null;
  return isRunning ? ({ committedAtMs }) => committedAtMs : null;
}
