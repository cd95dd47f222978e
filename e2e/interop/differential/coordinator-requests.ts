import type { WireClient } from './wire-client.ts';

type Api = Parameters<WireClient['send']>[0];

/** A request to a coordinator that it refuses, or answers with nothing: of a member, group or producer that is not there. */
export interface CoordinatorRequest {
  readonly api: Api;
  readonly versions: readonly [from: number, to: number];
  readonly body: (version: number) => object;
}

/** Of one group, topic and transactional id that nobody uses; the topic is there. */
export function coordinatorRequests(name: string): readonly CoordinatorRequest[] {
  const group = { groupId: name };
  const producer = { producerId: 4_000_000, producerEpoch: 3 };
  const transaction = { transactionalId: name, ...producer };
  const offsets = [{ partitionIndex: 0, committedOffset: 5, committedMetadata: 'm' }];
  return [
    ...groupRequests(name),
    of('InitProducerId', [0, 5], (version) => ({
      ...{ transactionalId: name, transactionTimeoutMs: 60_000 },
      ...(version >= 3 && producer),
    })),
    of('AddPartitionsToTxn', [0, 3], () => ({
      ...{ v3AndBelowTransactionalId: name, v3AndBelowProducerId: producer.producerId },
      ...{ v3AndBelowProducerEpoch: 3, v3AndBelowTopics: [{ name, partitions: [0] }] },
    })),
    of('AddPartitionsToTxn', [4, 5], () => ({
      transactions: [{ ...transaction, verifyOnly: true, topics: [{ name, partitions: [0] }] }],
    })),
    of('AddOffsetsToTxn', [0, 4], () => ({ ...transaction, ...group })),
    of('EndTxn', [0, 5], () => ({ ...transaction, committed: true })),
    of('TxnOffsetCommit', [0, 5], (version) => ({
      ...transaction,
      ...group,
      ...(version >= 3 && { generationId: -1, memberId: '' }),
      topics: [{ name, partitions: offsets }],
    })),
    of('DescribeTransactions', [0, 0], () => ({ transactionalIds: [name] })),
    of('ListTransactions', [0, 2], () => ({ stateFilters: ['Nonsense'], producerIdFilters: [77] })),
  ];
}

function groupRequests(name: string): readonly CoordinatorRequest[] {
  const group = { groupId: name };
  const member = { ...group, memberId: 'nobody', generationId: 3 };
  const partitions = [{ partitionIndex: 0, committedOffset: 5, committedMetadata: 'm' }];
  const asked = [{ name, partitionIndexes: [0] }];
  return [
    of('JoinGroup', [2, 9], () => ({
      ...{ ...group, sessionTimeoutMs: 30_000, rebalanceTimeoutMs: 30_000, memberId: 'nobody' },
      ...{
        protocolType: 'consumer',
        protocols: [{ name: 'range', metadata: Buffer.from('00010000', 'hex') }],
      },
    })),
    of('SyncGroup', [0, 5], () => ({
      ...member,
      assignments: [{ memberId: 'nobody', assignment: Buffer.from('assigned') }],
    })),
    of('Heartbeat', [0, 4], () => member),
    of('LeaveGroup', [0, 2], () => ({ ...group, memberId: 'nobody' })),
    of('LeaveGroup', [3, 5], () => ({ ...group, members: [{ memberId: 'nobody' }] })),
    of('OffsetCommit', [2, 9], () => ({
      ...{ ...group, memberId: 'nobody', generationIdOrMemberEpoch: 3 },
      topics: [{ name, partitions }],
    })),
    of('OffsetFetch', [1, 7], (version) => ({
      ...{ ...group, topics: asked },
      ...(version >= 7 && { requireStable: true }),
    })),
    of('OffsetFetch', [8, 9], () => ({ groups: [{ ...group, topics: asked }], requireStable: false })),
    of('DescribeGroups', [0, 6], () => ({ groups: [name] })),
    of('ListGroups', [0, 5], (version) => (version >= 4 ? { statesFilter: ['nonsense'] } : {})),
    of('DeleteGroups', [0, 2], () => ({ groupsNames: [name] })),
    of('OffsetDelete', [0, 0], () => ({
      ...{ ...group, topics: [{ name, partitions: [{ partitionIndex: 0 }] }] },
    })),
    of('ConsumerGroupHeartbeat', [0, 1], () => ({ ...group, memberId: 'nobody', memberEpoch: 3 })),
    of('ConsumerGroupDescribe', [0, 1], () => ({ groupIds: [name] })),
  ];
}

function of(
  api: Api,
  versions: CoordinatorRequest['versions'],
  body: CoordinatorRequest['body'],
): CoordinatorRequest {
  return { api, versions, body };
}
