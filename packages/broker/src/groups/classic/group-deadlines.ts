import { allMembersJoined, type ClassicGroup, type ClassicMember } from './classic-group.ts';
import type { GroupStep } from './group-step.ts';
import { completeJoin, continueWithout, dropMember, prepareRebalance } from './rebalance.ts';

/** When something in this group may be due (monotonic); null when only a request can change it. */
export function nextDeadlineMs(group: ClassicGroup): number | null {
  let next = Number.POSITIVE_INFINITY;
  if (group.joinPhase !== null) next = Math.min(next, group.joinPhase.endsAtMs);
  if (group.syncPhase !== null) next = Math.min(next, group.syncPhase.endsAtMs);
  for (const lapsesAtMs of group.pendingMembers.values()) next = Math.min(next, lapsesAtMs);
  for (const member of group.members.values()) {
    if (!isHeld(member)) next = Math.min(next, member.session.expiresAtMs);
  }
  return next === Number.POSITIVE_INFINITY ? null : next;
}

/** Carries out everything that is due: phases that end, ids that lapse, members that were not heard of. */
export function expireDeadlines(step: GroupStep): void {
  const { group, now } = step;
  const nowMs = now.monotonicMs;
  for (const [memberId, lapsesAtMs] of [...group.pendingMembers]) {
    if (lapsesAtMs > nowMs) continue;
    dropMember(step, memberId);
    if (group.state === 'PreparingRebalance' && allMembersJoined(group)) completeJoin(step);
  }
  for (const { memberId } of [...group.members.values()]) {
    const member = group.members.get(memberId);
    if (member === undefined || isHeld(member) || member.session.expiresAtMs > nowMs) continue;
    dropMember(step, member.memberId);
    continueWithout(step, `member ${memberId} was not heard of`);
  }
  if (group.syncPhase !== null && group.syncPhase.endsAtMs <= nowMs) expireSyncPhase(step);
  if (group.joinPhase !== null && group.joinPhase.endsAtMs <= nowMs) endJoinPhase(step);
}

/** A member whose request is held cannot send heartbeats meanwhile, and is taken to be alive once it has an id. */
function isHeld(member: ClassicMember): boolean {
  return !member.isNew && (member.awaitingJoin !== null || member.awaitingSync !== null);
}

function expireSyncPhase(step: GroupStep): void {
  const { group } = step;
  const missing = [...(group.syncPhase?.missing ?? [])];
  for (const memberId of missing) dropMember(step, memberId);
  group.syncPhase = null;
  prepareRebalance(step, `no SyncGroup came from ${missing.join(', ')}`);
}

/** New members keep an initial rebalance waiting, though no longer than the rebalance timeout in all. */
function endJoinPhase(step: GroupStep): void {
  const { config, group, now } = step;
  const phase = group.joinPhase;
  if (phase?.kind !== 'initial' || !phase.memberArrived || phase.remainingMs === 0) {
    completeJoin(step);
    return;
  }
  const delayMs = Math.min(config.initialRebalanceDelayMs, phase.remainingMs);
  group.joinPhase = {
    kind: 'initial',
    endsAtMs: now.monotonicMs + delayMs,
    delayMs,
    remainingMs: Math.max(phase.remainingMs - phase.delayMs, 0),
    memberArrived: false,
  };
}
