import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MemoryLog } from '../../test/coordination/memory-log.ts';
import { GroupApiBed, versions } from '../../test/groups/group-api-bed.ts';
import { LogBed } from '../../test/log/log-bed.ts';
import { AskedCoordinator } from '../../test/replication/asked-coordinator.ts';
import { ledPartition } from '../../test/replication/led-partition.ts';
import { GROUP_METADATA_TOPIC } from '../metadata/topic-name.ts';
import { ErrorCode } from '../protocol/errors.ts';
import type { Partition } from '../replication/partition.ts';
import { PartitionVerification } from '../replication/partition-verification.ts';
import type { Replicas } from '../replication/replicas.ts';
import { AclOperation, allowAll } from '../security/authorizer.ts';
import { offsetFetchHandler } from './offset-fetch.ts';
import { txnOffsetCommitHandler } from './txn-offset-commit.ts';
import { writeTxnMarkersHandler } from './write-txn-markers.ts';

let logs: LogBed;
let bed: GroupApiBed;
let coordinator: AskedCoordinator;
let orders: Partition;
let hosted: 'both' | 'orders';
beforeEach(async () => {
  hosted = 'both';
  logs = new LogBed();
  bed = await GroupApiBed.ready();
  orders = ledPartition(await logs.open());
  coordinator = new AskedCoordinator();
  coordinator.codes = [];
});
afterEach(async () => {
  await orders.log.close();
  logs.remove();
});

/** The handlers look up replicas; both partitions are the one of `orders`, which is all that they ask it for. */
function needs() {
  const places: ReadonlyMap<string, Partition> = new Map([
    ['orders-0', orders],
    [`${GROUP_METADATA_TOPIC}-0`, orders],
  ]);
  const get = (topic: string, partition: number) =>
    hosted === 'both' || topic === hosted ? places.get(`${topic}-${partition}`) : undefined;
  return {
    ...{ ...bed.needs, clock: bed.clock, markerTimeoutMs: 1000 },
    replicas: { get } as unknown as Replicas,
    verification: new PartitionVerification({
      ...{ clock: bed.clock, coordinatorOf: () => 1, channelTo: () => coordinator, isEnabled: () => true },
      ...{ requestTimeoutMs: 1000, retryBackoffMs: 20, retryForMs: 0 },
    }),
  };
}

describe('WriteTxnMarkers', () => {
  const mark = async (name: string, partitionIndexes: readonly number[], version = 1) => {
    const marker = { producerId: 7, producerEpoch: 0, transactionResult: true, coordinatorEpoch: 1 };
    const topics = [{ name, partitionIndexes }];
    const request = { markers: [{ ...marker, topics }] };
    const { markers } = await bed.ask(writeTxnMarkersHandler(needs()), version, request);
    return markers[0]?.topics[0]?.partitions.map(({ errorCode }) => errorCode);
  };

  test.each(versions(1, 2))(
    'version %i is answered when the marker is written, by partition',
    async (version) => {
      const answered = mark('orders', [0, 1], version);
      await expect.poll(() => orders.log.logEndOffset).toBe(1);
      expect(await answered).toEqual([ErrorCode.NONE, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION]);
    },
  );

  test('a group coordinator that is not there has the transaction’s ask again', async () => {
    expect(await mark(GROUP_METADATA_TOPIC, [0])).toEqual([ErrorCode.NONE]);
    bed.coordinator.resigned(0, 2);
    expect(await mark(GROUP_METADATA_TOPIC, [0])).toEqual([ErrorCode.NOT_LEADER_OR_FOLLOWER]);
  });

  test('whoever may neither act for the cluster nor alter it is refused', async () => {
    for (const allowed of [AclOperation.ALTER, AclOperation.CLUSTER_ACTION]) {
      bed.authorizer = { isAllowed: (_, operation) => operation === allowed };
      expect(await mark(GROUP_METADATA_TOPIC, [0])).toEqual([ErrorCode.NONE]);
    }
    bed.authorizer = { isAllowed: () => false };
    expect(await mark(GROUP_METADATA_TOPIC, [0])).toEqual([ErrorCode.CLUSTER_AUTHORIZATION_FAILED]);
  });
});

describe('TxnOffsetCommit', () => {
  const commit = async (version: number, { name = 'orders', partitions = [0] } = {}) => {
    const committed = { committedOffset: 5, committedMetadata: 'note' };
    const request = {
      ...{ transactionalId: 'copy', groupId: 'g', producerId: 7, producerEpoch: 0 },
      topics: [{ name, partitions: partitions.map((partitionIndex) => ({ ...committed, partitionIndex })) }],
    };
    const { topics } = await bed.ask(txnOffsetCommitHandler(needs()), version, request);
    return topics[0]?.partitions.map(({ errorCode }) => errorCode);
  };

  test.each(versions(0, 5))('version %i commits what exists, which is not stable then', async (version) => {
    expect(await commit(version, { partitions: [0, 7] })).toEqual([
      ErrorCode.NONE,
      ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
    ]);
    const group = { groupId: 'g', topics: [{ name: 'orders', partitionIndexes: [0] }] };
    const fetched = await bed.ask(offsetFetchHandler(bed.needs), 8, { groups: [group], requireStable: true });
    expect(fetched.groups[0]?.topics[0]?.partitions).toMatchObject([
      { committedOffset: -1, errorCode: ErrorCode.UNSTABLE_OFFSET_COMMIT },
    ]);
  });

  test.each([
    [ErrorCode.TRANSACTION_ABORTABLE, 3, ErrorCode.INVALID_TXN_STATE],
    [ErrorCode.TRANSACTION_ABORTABLE, 4, ErrorCode.TRANSACTION_ABORTABLE],
    [ErrorCode.NOT_LEADER_OR_FOLLOWER, 3, ErrorCode.NOT_COORDINATOR],
    [ErrorCode.NETWORK_EXCEPTION, 3, ErrorCode.COORDINATOR_LOAD_IN_PROGRESS],
    [ErrorCode.NETWORK_EXCEPTION, 1, ErrorCode.COORDINATOR_NOT_AVAILABLE],
    [ErrorCode.CONCURRENT_TRANSACTIONS, 5, ErrorCode.CONCURRENT_TRANSACTIONS],
  ])(
    'what the transaction’s coordinator says, %i, is in version %i told as %i',
    async (code, version, told) => {
      coordinator.codes = [code];
      expect(await commit(version)).toEqual([told]);
    },
  );

  test('transactional id, group and topic have to be allowed', async () => {
    const refusals = { transactionalId: 53, group: 30, topic: 29 } as const;
    for (const [refused, errorCode] of Object.entries(refusals)) {
      bed.authorizer = { isAllowed: (_, __, type) => type !== refused };
      expect(await commit(3)).toEqual([errorCode]);
    }
    bed.authorizer = allowAll;
    expect(await commit(3)).toEqual([ErrorCode.NONE]);
  });

  test('a group that lies on another broker, or in a topic that is not there yet', async () => {
    hosted = 'orders';
    bed.coordinator.resigned(0, 2);
    expect(await commit(5)).toEqual([ErrorCode.NOT_COORDINATOR]);
    bed.image = { ...bed.image, topicsByName: bed.image.topicsByName.with([[GROUP_METADATA_TOPIC, null]]) };
    expect(await commit(0)).toEqual([ErrorCode.COORDINATOR_NOT_AVAILABLE]);
    expect(await commit(5)).toEqual([ErrorCode.COORDINATOR_NOT_AVAILABLE]);
  });

  test('while the group is loaded the client is told to wait, as far as it knows such an answer', async () => {
    const gate = Promise.withResolvers<void>();
    const log = new MemoryLog().lead(9);
    const loading = {
      ...{ leaderEpoch: 9, maxBatchBytes: 1_000_000, append: log.append.bind(log) },
      async *replay() {
        await gate.promise;
        yield new Uint8Array(0);
      },
    };
    void bed.coordinator.elected(0, loading);
    expect(await commit(1)).toEqual([ErrorCode.COORDINATOR_NOT_AVAILABLE]);
    expect(await commit(3)).toEqual([ErrorCode.COORDINATOR_LOAD_IN_PROGRESS]);
    gate.resolve();
  });
});
