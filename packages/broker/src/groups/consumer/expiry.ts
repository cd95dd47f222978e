import type { ConsumerMember } from './consumer-member.ts';
import type { ConsumerStep } from './consumer-step.ts';
import type { MemberTimer } from './member-timers.ts';

const REASONS: Readonly<Record<MemberTimer['kind'], string>> = {
  session: 'the member was not heard of',
  rebalance: 'the member did not give up its partitions in time',
  join: 'the classic member did not join in time',
  sync: 'the classic member did not fetch its assignment in time',
};

export interface OverdueMembers {
  readonly members: readonly ConsumerMember[];
  readonly reason: string;
}

/** Members whose time is over. */
export function overdueMembers({ group, now }: ConsumerStep): OverdueMembers {
  const members = new Map<string, ConsumerMember>();
  const reasons = new Set<string>();
  const hasGone = (memberId: string) => group.member(memberId, 'committed') === undefined;
  for (const { epoch, kind, memberId } of group.timers.takeDue(now.monotonicMs, hasGone)) {
    const member = group.member(memberId);
    if (member === undefined || (kind === 'rebalance' && member.memberEpoch !== epoch)) continue;
    members.set(memberId, member);
    reasons.add(REASONS[kind]);
  }
  return { members: [...members.values()], reason: [...reasons].join('; ') };
}

/** After loading nobody is known to be gone: each member gets a whole session, and time to give up what it must. */
export function beginTimers({ config, group, now }: ConsumerStep): void {
  const { sessionTimeoutMs } = config.consumer.ofGroup(group.groupId);
  for (const { classic, memberEpoch: epoch, memberId, rebalanceTimeoutMs, state } of group.members()) {
    group.timers.set({ memberId, kind: 'session', atMs: now.monotonicMs + sessionTimeoutMs, epoch });
    if (state !== 'unrevoked' || classic !== null) continue;
    group.timers.set({ memberId, kind: 'rebalance', atMs: now.monotonicMs + rebalanceTimeoutMs, epoch });
  }
}
