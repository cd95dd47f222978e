import type { Assignment } from '../assignment.ts';
import type { AssignedMember, AssignmentTask } from './assignor.ts';

/** After so many rounds over all topics an assignment that is still not balanced is left as it is. */
const ROUNDS_MAX = 16;

interface Load {
  readonly member: AssignedMember;
  readonly partitions: Map<string, Set<number>>;
  count: number;
}

interface SubscribedTopic {
  readonly topicId: string;
  readonly partitionCount: number;
  readonly subscribers: readonly Load[];
}

/**
 * For members that subscribe to different topics: each keeps what it had and still subscribes to, what is left goes
 * to the least loaded subscriber, and then partitions move from more to less loaded subscribers of a topic as long
 * as that makes them more equal.
 */
export function balancedAssignment({
  members,
  partitionCount,
}: AssignmentTask): ReadonlyMap<string, Assignment> {
  const loads = members.map((member): Load => ({ member, partitions: new Map(), count: 0 }));
  const topics = subscribedTopics(loads, partitionCount);
  for (const topic of topics) keepAndFill(topic);
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    let moved = 0;
    for (const topic of topics) moved += balance(topic);
    if (moved === 0) break;
  }
  return new Map(loads.map(({ member, partitions }) => [member.memberId, partitions]));
}

/** Topics that leave the least choice come first. */
function subscribedTopics(loads: readonly Load[], partitionCount: (id: string) => number): SubscribedTopic[] {
  const byTopic = new Map<string, Load[]>();
  for (const load of loads) {
    for (const topicId of load.member.topicIds) {
      const subscribers = byTopic.get(topicId);
      if (subscribers === undefined) byTopic.set(topicId, [load]);
      else subscribers.push(load);
    }
  }
  const topics = [...byTopic].map(([topicId, subscribers]) => ({
    topicId,
    subscribers,
    partitionCount: partitionCount(topicId),
  }));
  return topics.sort((left, right) => {
    const density =
      right.partitionCount / right.subscribers.length - left.partitionCount / left.subscribers.length;
    if (density !== 0) return density;
    const fewer = left.subscribers.length - right.subscribers.length;
    return fewer !== 0 ? fewer : left.topicId < right.topicId ? -1 : 1;
  });
}

function keepAndFill({ partitionCount, subscribers, topicId }: SubscribedTopic): void {
  const taken = new Set<number>();
  for (const load of subscribers) {
    for (const partition of load.member.assignment.get(topicId) ?? []) {
      if (taken.has(partition)) continue;
      taken.add(partition);
      give(load, topicId, partition);
    }
  }
  for (let partition = 0; partition < partitionCount; partition += 1) {
    if (!taken.has(partition)) give(leastLoaded(subscribers), topicId, partition);
  }
}

/** Returns how many partitions of the topic changed their member. */
function balance({ subscribers, topicId }: SubscribedTopic): number {
  for (let moved = 0; ; moved += 1) {
    const least = leastLoaded(subscribers);
    let most = least;
    for (const load of subscribers) {
      if (load.count > most.count && load.partitions.has(topicId)) most = load;
    }
    const given = most.count - least.count > 1 ? [...(most.partitions.get(topicId) ?? [])].at(-1) : undefined;
    if (given === undefined) return moved;
    take(most, topicId, given);
    give(least, topicId, given);
  }
}

function leastLoaded(loads: readonly Load[]): Load {
  return loads.reduce((least, load) => (load.count < least.count ? load : least));
}

function give(load: Load, topicId: string, partition: number): void {
  const ofTopic = load.partitions.get(topicId);
  if (ofTopic === undefined) load.partitions.set(topicId, new Set([partition]));
  else ofTopic.add(partition);
  load.count += 1;
}

function take(load: Load, topicId: string, partition: number): void {
  const ofTopic = load.partitions.get(topicId);
  ofTopic?.delete(partition);
  if (ofTopic?.size === 0) load.partitions.delete(topicId);
  load.count -= 1;
}
