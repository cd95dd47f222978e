import type { Assignment } from '../assignment.ts';
import type { AssignedMember, AssignmentTask } from './assignor.ts';

/**
 * `range`: of each topic every subscriber gets one run of partitions. The order of members is the same for all
 * topics, so that partitions of one number go to one member where topics have as many partitions and the same
 * subscribers. Static members come first, so that it stays when they restart.
 */
export function rangeAssignor({ members, partitionCount }: AssignmentTask): ReadonlyMap<string, Assignment> {
  const ordered = [...members].sort(byPlace);
  const subscribers = new Map<string, number>();
  for (const { topicIds } of ordered) {
    for (const topicId of topicIds) subscribers.set(topicId, (subscribers.get(topicId) ?? 0) + 1);
  }
  const served = new Map<string, number>();
  return new Map(
    ordered.map(({ memberId, topicIds }) => {
      const assignment = new Map<string, ReadonlySet<number>>();
      for (const topicId of topicIds) {
        const place = served.get(topicId) ?? 0;
        served.set(topicId, place + 1);
        const run = runOf(place, subscribers.get(topicId) ?? 1, partitionCount(topicId));
        if (run.size > 0) assignment.set(topicId, run);
      }
      return [memberId, assignment];
    }),
  );
}

/** The first members get one more where it does not come out even. */
function runOf(place: number, subscribers: number, partitions: number): ReadonlySet<number> {
  const quota = Math.floor(partitions / subscribers);
  const extra = partitions % subscribers;
  const start = place * quota + Math.min(place, extra);
  const length = quota + (place < extra ? 1 : 0);
  return new Set(Array.from({ length }, (_, index) => start + index));
}

function byPlace(left: AssignedMember, right: AssignedMember): number {
  if (left.instanceId !== null && right.instanceId !== null)
    return compare(left.instanceId, right.instanceId);
  if (left.instanceId !== null) return -1;
  if (right.instanceId !== null) return 1;
  return compare(left.memberId, right.memberId);
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
