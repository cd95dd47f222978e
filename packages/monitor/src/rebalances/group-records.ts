import { codec, ProtocolError } from '@odradek/broker/protocol';
import type { TopicPartitions } from '@odradek/contract';
import { classicAssignment } from '../cluster-client/classic-member.ts';
import type { RecordBatch } from '../cluster-client/record-batches.ts';

/** What one batch of `__consumer_offsets` says of groups. A coordinator writes what belongs together in one batch. */
export interface GroupRecords {
  /** When it was written, in ms. */
  readonly at: number;
  /** Orders the batches of a group. */
  readonly order: number;
  readonly changes: readonly GroupRecord[];
}

export interface RecordedMember {
  readonly clientId: string;
  readonly instanceId: string | null;
  readonly host: string;
}

/** A topic is named by its id; classic members name it themselves. */
export interface RecordedAssignment {
  readonly memberEpoch: number;
  /** The member has all that it was to get, and has given up what it was to give up. */
  readonly isSettled: boolean;
  /** What the member holds, also what it has yet to give up. */
  readonly partitions: readonly { readonly topicId: string; readonly partitions: readonly number[] }[];
}

/** One record on a group. Null: it is gone. */
export type GroupRecord =
  | { readonly kind: 'classic'; readonly group: string; readonly generation: ClassicGeneration | null }
  | { readonly kind: 'epoch'; readonly group: string; readonly epoch: number | null }
  | { readonly kind: 'assignment-epoch'; readonly group: string; readonly epoch: number | null }
  | {
      readonly kind: 'member';
      readonly group: string;
      readonly memberId: string;
      readonly member: RecordedMember | null;
    }
  | {
      readonly kind: 'assignment';
      readonly group: string;
      readonly memberId: string;
      readonly assignment: RecordedAssignment | null;
    };

export interface ClassicGeneration {
  readonly generation: number;
  readonly protocolType: string;
  /** The assignor; null while there is none. */
  readonly protocol: string | null;
  readonly members: readonly (RecordedMember & {
    readonly memberId: string;
    readonly assignment: TopicPartitions;
  })[];
}

/** MemberState of KIP-848: 0 is stable. */
const STABLE = 0;

/** Null for a batch that says nothing of groups; records of a version we cannot read are left out. */
export function groupRecordsIn({ isControl, isTransactional, records }: RecordBatch): GroupRecords | null {
  if (isControl || isTransactional) return null;
  const changes = records.flatMap(({ key, value }) => recordOf(key, value) ?? []);
  const [first] = records;
  if (first === undefined || changes.length === 0) return null;
  return { at: Math.max(...records.map(({ timestamp }) => timestamp)), order: first.offset, changes };
}

function recordOf(key: Uint8Array | null, value: Uint8Array | null): GroupRecord | null {
  const read = key === null ? undefined : readers[versionOf(key)];
  if (key === null || read === undefined) return null;
  try {
    return read(
      key.subarray(2),
      value === null ? null : { version: versionOf(value), body: value.subarray(2) },
    );
  } catch (error) {
    if (error instanceof ProtocolError) return null;
    throw error;
  }
}

interface Value {
  readonly version: number;
  readonly body: Uint8Array;
}

/** By the type of the key. */
const readers: Readonly<Record<number, (key: Uint8Array, value: Value | null) => GroupRecord>> = {
  2: (key, value) => ({
    kind: 'classic',
    group: codec('GroupMetadataKey').decode(key, 0).group,
    generation: value && generationOf(value),
  }),
  3: (key, value) => ({
    kind: 'epoch',
    group: codec('ConsumerGroupMetadataKey').decode(key, 0).groupId,
    epoch: value && codec('ConsumerGroupMetadataValue').decode(value.body, value.version).epoch,
  }),
  5: (key, value) => {
    const { groupId: group, memberId } = codec('ConsumerGroupMemberMetadataKey').decode(key, 0);
    const member = value && codec('ConsumerGroupMemberMetadataValue').decode(value.body, value.version);
    return { kind: 'member', group, memberId, member: member && { ...member, host: member.clientHost } };
  },
  6: (key, value) => ({
    kind: 'assignment-epoch',
    group: codec('ConsumerGroupTargetAssignmentMetadataKey').decode(key, 0).groupId,
    epoch:
      value &&
      codec('ConsumerGroupTargetAssignmentMetadataValue').decode(value.body, value.version).assignmentEpoch,
  }),
  8: (key, value) => {
    const { groupId: group, memberId } = codec('ConsumerGroupCurrentMemberAssignmentKey').decode(key, 0);
    return { kind: 'assignment', group, memberId, assignment: value && assignmentOf(value) };
  },
};

function generationOf({ version, body }: Value): ClassicGeneration {
  const { generation, protocolType, protocol, members } = codec('GroupMetadataValue').decode(body, version);
  return {
    ...{ generation, protocolType, protocol },
    members: members.map(({ memberId, groupInstanceId, clientId, clientHost, assignment }) => ({
      ...{ memberId, clientId, instanceId: groupInstanceId, host: clientHost },
      assignment: protocolType === 'consumer' ? classicAssignment(assignment) : [],
    })),
  };
}

function assignmentOf({ version, body }: Value): RecordedAssignment {
  const read = codec('ConsumerGroupCurrentMemberAssignmentValue').decode(body, version);
  return {
    memberEpoch: read.memberEpoch,
    isSettled: read.state === STABLE && read.partitionsPendingRevocation.length === 0,
    partitions: [...read.assignedPartitions, ...read.partitionsPendingRevocation].map(
      ({ topicId, partitions }) => ({ topicId, partitions }),
    ),
  };
}

function versionOf(bytes: Uint8Array): number {
  return bytes.length < 2 ? -1 : new DataView(bytes.buffer, bytes.byteOffset).getInt16(0);
}
