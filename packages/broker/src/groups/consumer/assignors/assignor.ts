import type { Assignment } from '../assignment.ts';

/** A member as assignors see it. */
export interface AssignedMember {
  readonly memberId: string;
  readonly instanceId: string | null;
  /** Of the topics that exist. */
  readonly topicIds: ReadonlySet<string>;
  /** What the target assignment gave it so far. */
  readonly assignment: Assignment;
}

export interface AssignmentTask {
  readonly members: readonly AssignedMember[];
  readonly partitionCount: (topicId: string) => number;
}

/** Gives each partition of the members' topics to one member that subscribes to it (KIP-848). */
export type Assignor = (task: AssignmentTask) => ReadonlyMap<string, Assignment>;

/** Whether all members subscribe to the same topics. */
export function subscribeAlike([first, ...others]: readonly AssignedMember[]): boolean {
  if (first === undefined) return true;
  return others.every(
    ({ topicIds }) =>
      topicIds.size === first.topicIds.size && [...topicIds].every((topicId) => first.topicIds.has(topicId)),
  );
}
