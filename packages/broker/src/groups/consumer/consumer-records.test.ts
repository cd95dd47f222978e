import { expect, test } from 'vitest';
import { decodeGroupRecord } from '../group-records.ts';
import { type ConsumerRecord, consumerRecordBytes } from './consumer-records.ts';

const A = 'b3JkZXJzb3JkZXJzb3JkZQ';
const member = {
  instanceId: 'i1',
  rackId: null,
  clientId: 'client',
  clientHost: '/127.0.0.1',
  rebalanceTimeoutMs: 300_000,
  topicNames: ['orders', 'payments'],
  topicRegex: '',
  serverAssignor: 'range',
  classic: null,
};

const records: readonly ConsumerRecord[] = [
  { kind: 'consumer-epoch', groupId: 'g', value: { epoch: 7, metadataHash: 123_456_789_012 } },
  { kind: 'consumer-member', groupId: 'g', memberId: 'm', value: member },
  {
    kind: 'consumer-member',
    groupId: 'g',
    memberId: 'm',
    value: {
      ...member,
      classic: {
        sessionTimeoutMs: 10_000,
        supportedProtocols: [{ name: 'range', metadata: Uint8Array.of(0, 3) }],
      },
    },
  },
  { kind: 'consumer-target-epoch', groupId: 'g', value: { epoch: 6, assignedAtMs: 1_700_000_000_000 } },
  { kind: 'consumer-target', groupId: 'g', memberId: 'm', value: new Map([[A, new Set([0, 2])]]) },
  {
    kind: 'consumer-current',
    groupId: 'g',
    memberId: 'm',
    value: {
      memberEpoch: 6,
      previousMemberEpoch: 5,
      state: 'unrevoked',
      assigned: new Map([
        [
          A,
          new Map([
            [0, 6],
            [1, 4],
          ]),
        ],
      ]),
      pendingRevocation: new Map([[A, new Map([[3, 2]])]]),
    },
  },
  {
    kind: 'consumer-regex',
    groupId: 'g',
    regex: 'o.*',
    value: { topics: ['orders'], version: 12, resolvedAtMs: 1_700_000_000_000 },
  },
];

for (const record of records) {
  test(`${record.kind} comes back as it was written, and is taken back`, () => {
    expect(decodeGroupRecord(consumerRecordBytes(record))).toEqual(record);
    const tombstone: ConsumerRecord = { ...record, value: null };
    expect(consumerRecordBytes(tombstone).value).toBeNull();
    expect(decodeGroupRecord(consumerRecordBytes(tombstone))).toEqual(tombstone);
  });
}

test('a current assignment of Kafka before 4.3 has no epochs of its own: they are the member’s', () => {
  const bytes =
    '0000' +
    '00000006' +
    '00000005' +
    '00' +
    '02' +
    '6f7264657273'.repeat(2) +
    '6f726465' +
    '02' +
    '00000001' +
    '00' +
    '01' +
    '00';
  const key = consumerRecordBytes({ kind: 'consumer-current', groupId: 'g', memberId: 'm', value: null }).key;
  expect(decodeGroupRecord({ key, value: Buffer.from(bytes, 'hex') })).toMatchObject({
    value: { memberEpoch: 6, assigned: new Map([[A, new Map([[1, 6]])]]) },
  });
});
