import type { Rebalance } from '@odradek/contract';
import type { GroupDescription } from '../cluster-client/group-description.ts';

/** Who is in a group, and who has what, at one moment. */
export interface GroupShape {
  readonly kind: Rebalance['kind'];
  /** The generation of a classic group, the group epoch of another; null where it is not told. */
  readonly epoch: number | null;
  /** Everybody has what the group wants him to have. */
  readonly isSettled: boolean;
  /** By member id. */
  readonly members: ReadonlyMap<string, ShapeMember>;
}

export interface ShapeMember {
  readonly clientId: string;
  readonly instanceId: string | null;
  readonly host: string;
  /** `topic-partition` each. */
  readonly partitions: ReadonlySet<string>;
}

/** States in which nothing is on its way. */
const settledStates = ['stable', 'empty', 'dead'];

export function shapeOfDescription(
  { state, assignor, groupEpoch, members }: GroupDescription,
  type: string,
): GroupShape {
  return {
    kind: type === 'classic' ? kindOf(assignor) : 'incremental',
    epoch: groupEpoch,
    isSettled: isSettledState(state),
    members: new Map(
      members.map(({ memberId, clientId, instanceId, host, assignment }) => [
        memberId,
        { clientId, instanceId, host, partitions: partitionNames(assignment) },
      ]),
    ),
  };
}

export function isSettledState(state: string): boolean {
  return settledStates.includes(state.toLowerCase());
}

/** Kafka's own assignors, of which one lets consumers keep what does not move (KIP-429). */
export function kindOf(assignor: string | null): Rebalance['kind'] {
  if (assignor === 'cooperative-sticky') return 'cooperative';
  return ['range', 'roundrobin', 'sticky'].includes(assignor ?? '') ? 'eager' : 'unknown';
}

export function partitionNames(
  assignment: readonly { readonly topic: string; readonly partitions: readonly number[] }[],
): Set<string> {
  return new Set(assignment.flatMap(({ topic, partitions }) => partitions.map((one) => `${topic}-${one}`)));
}

/** Members and what they have are the same, and the epochs where both are told. */
export function isSameShape(one: GroupShape, other: GroupShape): boolean {
  const isSameEpoch = one.epoch === null || other.epoch === null || one.epoch === other.epoch;
  return (
    isSameEpoch &&
    one.members.size === other.members.size &&
    [...one.members].every(([id, { partitions }]) => {
      const there = other.members.get(id)?.partitions;
      return (
        there !== undefined &&
        there.size === partitions.size &&
        [...partitions].every((name) => there.has(name))
      );
    })
  );
}

/** Who has each partition. */
export function ownersIn({ members }: GroupShape): Map<string, string> {
  return new Map([...members].flatMap(([id, { partitions }]) => [...partitions].map((name) => [name, id])));
}
