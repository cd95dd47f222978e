import { codec, type MessageName } from '@odradek/broker/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { classicMember } from '../../test/sample-of.ts';
import type { GroupDescription } from '../cluster-client/group-description.ts';
import type { RecordBatch } from '../cluster-client/record-batches.ts';
import { IN_MEMORY, openDatabase } from '../store/database.ts';
import { TimelineStore } from '../store/timeline-store.ts';
import { type GroupRecords, groupRecordsIn } from './group-records.ts';
import { GroupTimelines, type SeenGroups } from './group-timelines.ts';

const TOPIC_ID = 'u7l3MQEsR-qJgGvAAAAAAA';
const names = (id: string) => (id === TOPIC_ID ? 'orders' : id);

let timelines: GroupTimelines;
let offset = 0;

beforeEach(() => {
  timelines = new GroupTimelines();
  offset = 0;
});

/** A key or value as the coordinator writes it: its type or version, then its body. */
function bytes(name: MessageName, body: object, version = 0, prefix = version): Buffer {
  const head = Buffer.alloc(2);
  head.writeInt16BE(prefix);
  return Buffer.concat([head, codec(name).encode(body as never, version)]);
}

type Record = { key: Buffer; value: Buffer | null };

function batch(at: number, ...records: Record[]): GroupRecords {
  const first = offset;
  offset += records.length;
  const read: RecordBatch = {
    nextOffset: offset,
    isTransactional: false,
    isControl: false,
    producerId: -1,
    timestampType: 'create-time',
    records: records.map((record, index) => ({
      ...record,
      offset: first + index,
      timestamp: at,
      headers: [],
    })),
  };
  const found = groupRecordsIn(read);
  if (found === null) throw new Error('the batch says nothing of groups');
  return found;
}

const epoch = (value: number): Record => ({
  key: bytes('ConsumerGroupMetadataKey', { groupId: 'g' }, 0, 3),
  value: bytes('ConsumerGroupMetadataValue', { epoch: value }),
});
const assigned = (value: number): Record => ({
  key: bytes('ConsumerGroupTargetAssignmentMetadataKey', { groupId: 'g' }, 0, 6),
  value: bytes('ConsumerGroupTargetAssignmentMetadataValue', { assignmentEpoch: value }),
});
const member = (memberId: string, isThere = true): Record => ({
  key: bytes('ConsumerGroupMemberMetadataKey', { groupId: 'g', memberId }, 0, 5),
  value: isThere
    ? bytes('ConsumerGroupMemberMetadataValue', {
        ...{ instanceId: null, rackId: null, clientId: `${memberId}-client`, clientHost: '/h' },
        ...{ subscribedTopicNames: ['orders'], subscribedTopicRegex: null, serverAssignor: null },
        classicMemberMetadata: null,
      })
    : null,
});
const holds = (
  memberId: string,
  memberEpoch: number,
  partitions: number[],
  pending: number[] = [],
): Record => ({
  key: bytes('ConsumerGroupCurrentMemberAssignmentKey', { groupId: 'g', memberId }, 0, 8),
  value: bytes('ConsumerGroupCurrentMemberAssignmentValue', {
    ...{ memberEpoch, previousMemberEpoch: memberEpoch - 1, state: pending.length > 0 ? 1 : 0 },
    assignedPartitions: [{ topicId: TOPIC_ID, partitions }],
    partitionsPendingRevocation: pending.length > 0 ? [{ topicId: TOPIC_ID, partitions: pending }] : [],
  }),
});
/** A member whose partitions others have yet to give up. */
const waits = (memberId: string, memberEpoch: number): Record => ({
  ...holds(memberId, memberEpoch, []),
  value: bytes('ConsumerGroupCurrentMemberAssignmentValue', {
    ...{ memberEpoch, previousMemberEpoch: memberEpoch, state: 2 },
    ...{ assignedPartitions: [], partitionsPendingRevocation: [] },
  }),
});
const gone = (memberId: string): Record => ({ ...holds(memberId, 0, []), value: null });

const rebalances = () => timelines.of('g')?.watch.rebalances ?? [];

function described(groupEpoch: number, members: { [id: string]: number[] }): GroupDescription {
  return {
    ...{ group: 'g', state: 'Stable', protocolType: 'consumer', assignor: 'uniform', groupEpoch },
    assignmentEpoch: groupEpoch,
    members: Object.entries(members).map(([memberId, partitions]) => ({
      ...classicMember,
      ...{ memberId, instanceId: null, clientId: `${memberId}-client`, host: '/h', memberEpoch: groupEpoch },
      assignment: [{ topic: 'orders', partitions }],
    })),
  };
}

function sees(at: number, change: Partial<SeenGroups> = {}): void {
  const listed = new Map([
    [
      'g',
      { group: 'g', type: 'consumer', state: 'Stable', protocolType: 'consumer', coordinator: 1 } as const,
    ],
  ]);
  timelines.applySample({
    ...{ at, since: at - 1_000, listed, descriptions: [], source: 'offsets-topic', isComplete: true },
    ...change,
  });
}

/** A member joins a group of one, and gets a partition that the first gives up. */
function secondJoins(): GroupRecords[] {
  return [
    batch(2_000, member('b'), epoch(2), assigned(2), waits('b', 2)),
    batch(2_100, holds('a', 1, [0], [1])),
    batch(2_600, holds('a', 2, [0])),
    batch(2_900, holds('b', 2, [1])),
  ];
}

const firstJoins = () => batch(1_000, member('a'), epoch(1), assigned(1), holds('a', 1, [0, 1]));

describe('the records of a group of KIP-848', () => {
  it('tell a rebalance from the epoch that began it to the last member that reached it', () => {
    timelines.applyRecords([firstJoins(), ...secondJoins()], names);
    expect(rebalances()).toMatchObject([
      {
        ...{
          fromEpoch: 1,
          toEpoch: 2,
          kind: 'incremental',
          beganAt: 2_000,
          beganAfter: null,
          endedAt: 2_900,
        },
        joined: [{ memberId: 'b', clientId: 'b-client' }],
        partitionsMoved: 1,
        stopped: { atLeastMs: 300, atMostMs: 300 },
      },
    ]);
  });

  it('that are read twice say nothing new', () => {
    const read = [firstJoins(), ...secondJoins()];
    timelines.applyRecords(read, names);
    const before = rebalances();
    timelines.applyRecords(read.slice(2), names);
    expect(rebalances()).toEqual(before);
  });

  it('say who is gone', () => {
    timelines.applyRecords([firstJoins(), ...secondJoins()], names);
    timelines.applyRecords(
      [
        batch(5_000, gone('b'), member('b', false), epoch(3), assigned(3)),
        batch(5_200, holds('a', 3, [0, 1])),
      ],
      names,
    );
    expect(rebalances().at(-1)).toMatchObject({ left: [{ memberId: 'b', how: 'not-told' }], endedAt: 5_200 });
  });

  it('from before the console watched are not guessed at: a description comes first', () => {
    timelines.applyRecords([batch(900, epoch(7))], names);
    expect(timelines.of('g')?.watch.shape).toBeNull();
    sees(1_000, { descriptions: [described(7, { a: [0, 1] })] });
    timelines.applyRecords([batch(2_000, member('b'), epoch(8), assigned(8), holds('b', 8, []))], names);
    expect(rebalances()).toMatchObject([{ fromEpoch: 7, toEpoch: 8, endedAt: null }]);
  });

  it('give way to what the coordinator keeps on saying', () => {
    timelines.applyRecords([firstJoins()], names);
    sees(2_000, { descriptions: [described(5, { z: [0, 1] })] });
    expect(rebalances()).toEqual([]);
    sees(3_000, { descriptions: [described(5, { z: [0, 1] })] });
    expect(rebalances()).toMatchObject([
      { toEpoch: 5, joined: [{ memberId: 'z' }], left: [{ memberId: 'a' }] },
    ]);
  });
});

it('the records of a classic group tell each generation', () => {
  const generation = (value: number, ...members: string[]): Record => ({
    key: bytes('GroupMetadataKey', { group: 'g' }, 0, 2),
    value: bytes(
      'GroupMetadataValue',
      {
        ...{ protocolType: 'consumer', generation: value, protocol: 'range', leader: members[0] ?? null },
        currentStateTimestamp: 1,
        members: members.map((memberId) => ({
          ...{ memberId, groupInstanceId: null, clientId: memberId, clientHost: '/h', rebalanceTimeout: 1 },
          ...{ sessionTimeout: 1, subscription: Buffer.alloc(0), assignment: Buffer.alloc(0) },
        })),
      },
      3,
    ),
  });
  timelines.applyRecords([batch(1_000, generation(1, 'a')), batch(2_000, generation(2, 'a', 'b'))], names);
  expect(rebalances()).toMatchObject([
    { fromEpoch: 1, toEpoch: 2, kind: 'eager', joined: [{ memberId: 'b' }], endedAt: 2_000 },
  ]);
});

it('a group that every broker has forgotten is forgotten, and not one whose broker is silent', () => {
  timelines.applyRecords([firstJoins()], names);
  sees(2_000, { listed: new Map(), isComplete: false });
  expect(timelines.of('g')).not.toBeNull();
  sees(3_000, { listed: new Map() });
  expect(timelines.of('g')).toBeNull();
});

it('what is kept goes on after a restart', () => {
  const store = new TimelineStore(openDatabase(IN_MEMORY));
  timelines.applyRecords([firstJoins(), ...secondJoins()], names);
  const before = rebalances();
  store.save('local', timelines.takeChanged());
  expect(timelines.takeChanged().size).toBe(0);
  timelines = new GroupTimelines();
  timelines.restore(store.load('local'));
  expect(rebalances()).toEqual(before);
  sees(9_000, { since: null, descriptions: [described(4, { b: [0, 1] })] });
  expect(rebalances().at(-1)).toMatchObject({
    fromEpoch: 2,
    toEpoch: 4,
    beganAfter: 2_900,
    left: [{ memberId: 'a' }],
  });
  store.save('local', new Map([['g', null]]));
  expect(store.load('local').size).toBe(0);
});
