import { type ClassicGroup, isSubscribedTo, usesConsumerProtocol } from './classic/classic-group.ts';
import type { OffsetStore, StoredOffset } from './offset-store.ts';

/**
 * Offsets of a group that `offsets.retention.minutes` lets go (KIP-211): of an empty group since it became empty,
 * of consumers that are running since the commit, for topics they left; of a simple group since the commit. While
 * a group rebalances nothing expires.
 */
export function expiredOffsets(
  group: ClassicGroup,
  offsets: OffsetStore,
  { retentionMs, wallMs }: { retentionMs: number; wallMs: number },
): StoredOffset[] {
  const since = retentionStart(group);
  if (since === null) return [];
  const expired: StoredOffset[] = [];
  for (const offset of offsets.ofGroup(group.groupId)) {
    if (isSubscribedTo(group, offset.topic)) continue;
    const expiresAtMs = offset.expiresAtMs ?? since(offset) + retentionMs;
    if (wallMs >= expiresAtMs) expired.push(offset);
  }
  return expired;
}

/** From when on an offset's retention counts; null while none of the group's offsets may expire. */
function retentionStart(group: ClassicGroup): ((offset: StoredOffset) => number) | null {
  if (group.protocolType === null) return ({ committedAtMs }) => committedAtMs;
  if (group.state === 'Empty') return ({ committedAtMs }) => group.stateSinceMs ?? committedAtMs;
  const isRunning =
    group.state === 'Stable' && usesConsumerProtocol(group) && group.subscribedTopics !== null;
  return isRunning ? ({ committedAtMs }) => committedAtMs : null;
}
