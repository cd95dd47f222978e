import { invariant } from '../../../runtime/invariant.ts';
import type { Assignment } from '../assignment.ts';
import { type AssignmentTask, subscribeAlike } from './assignor.ts';
import { balancedAssignment } from './balanced-assignment.ts';

/**
 * `uniform`: members have the same number of partitions, give or take one, as far as their subscriptions let them,
 * and keep what they had otherwise.
 */
export function uniformAssignor(task: AssignmentTask): ReadonlyMap<string, Assignment> {
  return subscribeAlike(task.members) ? evenAssignment(task) : balancedAssignment(task);
}

interface Share {
  readonly kept: Map<string, Set<number>>;
  /** How many more it is to have. */
  room: number;
}

/** All members subscribe to the same topics. */
function evenAssignment({ members, partitionCount }: AssignmentTask): ReadonlyMap<string, Assignment> {
  const topicIds = members[0]?.topicIds ?? new Set<string>();
  let total = 0;
  for (const topicId of topicIds) total += partitionCount(topicId);
  const quota = Math.floor(total / Math.max(members.length, 1));
  let extras = total - quota * members.length;

  const taken = new Set<string>();
  const shares = new Map<string, Share>();
  members.forEach(({ assignment, memberId }, index) => {
    // Whoever has enough for one more keeps it; the last members must take the extras that nobody took.
    const had = countOf(assignment, topicIds);
    const getsExtra = extras > 0 && (had > quota || members.length - index <= extras);
    if (getsExtra) extras -= 1;
    const limit = quota + (getsExtra ? 1 : 0);
    const kept = keep(assignment, { limit, taken, topicIds });
    shares.set(memberId, { kept, room: limit - countOf(kept, topicIds) });
  });

  const free = unassigned({ topicIds, partitionCount, taken });
  for (const share of shares.values()) {
    for (; share.room > 0; share.room -= 1) {
      const next = free.next();
      if (next.done === true) break;
      add(share.kept, next.value.topicId, next.value.partition);
    }
  }
  invariant(free.next().done === true, 'every partition has a member');
  return new Map([...shares].map(([memberId, { kept }]) => [memberId, kept]));
}

function countOf(assignment: Assignment, topicIds: ReadonlySet<string>): number {
  let count = 0;
  for (const [topicId, partitions] of assignment) if (topicIds.has(topicId)) count += partitions.size;
  return count;
}

function keep(
  assignment: Assignment,
  { limit, taken, topicIds }: { limit: number; taken: Set<string>; topicIds: ReadonlySet<string> },
): Map<string, Set<number>> {
  const kept = new Map<string, Set<number>>();
  let room = limit;
  for (const [topicId, partitions] of assignment) {
    if (!topicIds.has(topicId)) continue;
    for (const partition of partitions) {
      const key = `${partition}:${topicId}`;
      if (room === 0 || taken.has(key)) continue;
      room -= 1;
      taken.add(key);
      add(kept, topicId, partition);
    }
  }
  return kept;
}

function* unassigned({
  partitionCount,
  taken,
  topicIds,
}: {
  topicIds: ReadonlySet<string>;
  partitionCount: (topicId: string) => number;
  taken: ReadonlySet<string>;
}): Generator<{ topicId: string; partition: number }, undefined> {
  for (const topicId of topicIds) {
    const count = partitionCount(topicId);
    for (let partition = 0; partition < count; partition += 1) {
      if (!taken.has(`${partition}:${topicId}`)) yield { topicId, partition };
    }
  }
}

function add(assignment: Map<string, Set<number>>, topicId: string, partition: number): void {
  const ofTopic = assignment.get(topicId);
  if (ofTopic === undefined) assignment.set(topicId, new Set([partition]));
  else ofTopic.add(partition);
}
