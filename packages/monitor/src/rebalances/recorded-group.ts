import type { GroupDescription } from '../cluster-client/group-description.ts';
import type { ClassicGeneration, GroupRecord, RecordedAssignment, RecordedMember } from './group-records.ts';
import { type GroupShape, kindOf, partitionNames } from './group-shape.ts';

/** The name of a topic of an id, or the id where nobody knows it any more. */
export type TopicNames = (topicId: string) => string;

interface EpochMember {
  readonly member: RecordedMember | null;
  readonly assignment: {
    readonly memberEpoch: number;
    readonly isSettled: boolean;
    readonly partitions: Set<string>;
  } | null;
}

type Recorded =
  | { readonly kind: 'classic'; readonly generation: ClassicGeneration }
  | {
      readonly kind: 'epochs';
      epoch: number;
      assignmentEpoch: number;
      readonly members: Map<string, EpochMember>;
    };

/** The epoch a group begins with. */
const FIRST_EPOCH = 1;

/**
 * A group as its coordinator's records build it up. A group of KIP-848 is many records: it is known from its first epoch
 * on, or from when it was described; before that its records say nothing.
 */
export class RecordedGroup {
  #recorded: Recorded | null = null;

  get isKnown(): boolean {
    return this.#recorded !== null;
  }

  apply(record: GroupRecord, nameOf: TopicNames): void {
    if (record.kind === 'classic') {
      this.#applyClassic(record.generation);
      return;
    }
    if (record.kind === 'epoch') {
      this.#applyEpoch(record.epoch);
      return;
    }
    const group = this.#recorded;
    if (group?.kind !== 'epochs') return;
    if (record.kind === 'assignment-epoch') {
      group.assignmentEpoch = record.epoch ?? 0;
      return;
    }
    const held = group.members.get(record.memberId) ?? { member: null, assignment: null };
    const next =
      record.kind === 'member'
        ? { ...held, member: record.member }
        : { ...held, assignment: record.assignment && named(record.assignment, nameOf) };
    if (next.member === null && next.assignment === null) group.members.delete(record.memberId);
    else group.members.set(record.memberId, next);
  }

  /** What the coordinator describes it as takes the place of what records have built up. */
  describedAs({ groupEpoch, assignmentEpoch, members }: GroupDescription): void {
    if (groupEpoch === null) return;
    this.#recorded = {
      kind: 'epochs',
      epoch: groupEpoch,
      assignmentEpoch: assignmentEpoch ?? groupEpoch,
      members: new Map(
        members.map(({ memberId, clientId, instanceId, host, memberEpoch, assignment }) => [
          memberId,
          {
            member: { clientId, instanceId, host },
            assignment: {
              memberEpoch: memberEpoch ?? 0,
              isSettled: true,
              partitions: partitionNames(assignment),
            },
          },
        ]),
      ),
    };
  }

  /** Null while it is not known. */
  get shape(): GroupShape | null {
    const group = this.#recorded;
    if (group === null) return null;
    return group.kind === 'classic' ? classicShape(group.generation) : epochShape(group);
  }

  #applyClassic(generation: ClassicGeneration | null): void {
    if (generation !== null) this.#recorded = { kind: 'classic', generation };
    else if (this.#recorded?.kind === 'classic') this.#recorded = null;
  }

  #applyEpoch(epoch: number | null): void {
    const group = this.#recorded;
    if (epoch === null) {
      if (group?.kind === 'epochs') this.#recorded = null;
    } else if (group?.kind === 'epochs') {
      group.epoch = epoch;
    } else if (epoch === FIRST_EPOCH) {
      this.#recorded = { kind: 'epochs', epoch, assignmentEpoch: 0, members: new Map() };
    } else {
      // It was a classic group until now: who is in it comes with the next description.
      this.#recorded = null;
    }
  }
}

function named({ partitions, ...assignment }: RecordedAssignment, nameOf: TopicNames) {
  const assigned = partitions.map(({ topicId, partitions }) => ({ topic: nameOf(topicId), partitions }));
  return { ...assignment, partitions: partitionNames(assigned) };
}

function classicShape({ generation, protocol, members }: ClassicGeneration): GroupShape {
  return {
    kind: kindOf(protocol),
    epoch: generation,
    isSettled: true,
    members: new Map(
      members.map(({ memberId, clientId, instanceId, host, assignment }) => [
        memberId,
        { clientId, instanceId, host, partitions: partitionNames(assignment) },
      ]),
    ),
  };
}

function epochShape({ epoch, assignmentEpoch, members }: Extract<Recorded, { kind: 'epochs' }>): GroupShape {
  const all = [...members].filter(([, { member }]) => member !== null);
  const isDone = ({ assignment }: EpochMember) =>
    // A static member that is away for a while is not waited for.
    assignment !== null &&
    (assignment.memberEpoch < 0 || (assignment.isSettled && assignment.memberEpoch === epoch));
  return {
    kind: 'incremental',
    epoch,
    isSettled: all.length === 0 || (assignmentEpoch === epoch && all.every(([, member]) => isDone(member))),
    members: new Map(
      all.map(([id, { member, assignment }]) => [
        id,
        {
          clientId: member?.clientId ?? '',
          instanceId: member?.instanceId ?? null,
          host: member?.host ?? '',
          partitions: assignment?.partitions ?? new Set(),
        },
      ]),
    ),
  };
}
