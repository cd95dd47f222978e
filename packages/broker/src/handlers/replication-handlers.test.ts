import { beforeEach, describe, expect, test } from 'vitest';
import { answerTo } from '../../test/metadata/answer-to.ts';
import {
  CLUSTER_ID,
  NODE_ID,
  type StartedController,
  startController,
} from '../../test/metadata/started-controller.ts';
import { SUPPORTED_FEATURES } from '../controller/bootstrap.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { allowAll } from '../security/authorizer.ts';
import { alterPartitionHandler } from './alter-partition.ts';
import { alterPartitionReassignmentsHandler } from './alter-partition-reassignments.ts';
import { brokerHeartbeatHandler } from './broker-heartbeat.ts';
import { brokerRegistrationHandler } from './broker-registration.ts';
import { electLeadersHandler } from './elect-leaders.ts';
import { listPartitionReassignmentsHandler } from './list-partition-reassignments.ts';
import { unregisterBrokerHandler } from './unregister-broker.ts';

const OTHER = 2;
const SESSION_MS = 9000;

/** A controller that has two brokers: its own, and one that speaks to it by requests. */
describe('brokers of a controller', () => {
  let started: StartedController;
  const needs = () => ({
    controller: started.controller,
    authorizer: allowAll,
    caughtUp: async () => {},
    image: () => started.controller.image,
  });
  const denying = () => ({ ...needs(), authorizer: { ...allowAll, isAllowed: () => false } });

  beforeEach(async () => {
    started = await startController();
  });

  interface Registration {
    readonly incarnationId?: string;
    readonly clusterId?: string;
    readonly logDirs?: readonly string[];
    readonly isMigratingZkBroker?: boolean;
  }

  function register(version = 4, given: Registration = {}) {
    return answerTo(brokerRegistrationHandler(needs()), version, {
      brokerId: OTHER,
      clusterId: CLUSTER_ID,
      incarnationId: 'INCARNATIONCCCCCCCCCCQ',
      listeners: [{ name: 'PLAINTEXT', host: 'other', port: 9092, securityProtocol: 0 }],
      features: SUPPORTED_FEATURES,
      rack: null,
      ...(version >= 2 && { logDirs: ['DIRECTORYBBBBBBBBBBBBQ'] }),
      ...given,
    });
  }

  function beat(
    brokerEpoch: number,
    given: { wantFence?: boolean; wantShutDown?: boolean; at?: number } = {},
  ) {
    const { at, ...wishes } = given;
    return answerTo(brokerHeartbeatHandler(needs()), 1, {
      brokerId: OTHER,
      brokerEpoch,
      currentMetadataOffset: at ?? started.controller.image.offset,
      ...wishes,
    });
  }

  async function joined(): Promise<number> {
    const { brokerEpoch } = await register();
    await beat(brokerEpoch);
    return brokerEpoch;
  }

  const broker = (id = OTHER) => started.controller.image.brokers.get(id);

  test('one that registers is fenced until it has come as far as its registration', async () => {
    const { errorCode, brokerEpoch } = await register();
    expect(errorCode).toBe(ErrorCode.NONE);
    expect(broker()).toMatchObject({ epoch: brokerEpoch, isFenced: true });
    expect(await beat(brokerEpoch, { at: brokerEpoch - 1 })).toMatchObject({
      isCaughtUp: false,
      isFenced: true,
    });
    expect(await beat(brokerEpoch)).toMatchObject({ isCaughtUp: true, isFenced: false });
    expect(broker()).toMatchObject({ isFenced: false });
  });

  test('a registration that is refused changes nothing', async () => {
    const { offset } = started.controller.image;
    expect((await register(4, { clusterId: 'OTHERAAAAAAAAAAAAAAAAQ' })).errorCode).toBe(
      ErrorCode.INCONSISTENT_CLUSTER_ID,
    );
    expect((await register(1, { isMigratingZkBroker: true })).errorCode).toBe(
      ErrorCode.BROKER_ID_NOT_REGISTERED,
    );
    expect((await register(1)).errorCode).toBe(ErrorCode.INVALID_REGISTRATION);
    expect(started.controller.image.offset).toBe(offset);
  });

  test('one that is not heard of is fenced, and another incarnation may come then', async () => {
    const brokerEpoch = await joined();
    started.clock.advance(SESSION_MS - 1);
    // Its directory is another: nothing says that the process of the one before it is gone.
    const other = { incarnationId: 'INCARNATIONDDDDDDDDDDQ', logDirs: ['DIRECTORYDDDDDDDDDDDDQ'] };
    expect((await register(4, other)).errorCode).toBe(ErrorCode.DUPLICATE_BROKER_REGISTRATION);
    expect(broker()?.isFenced).toBe(false);
    started.clock.advance(1);
    await expect.poll(() => broker()?.isFenced).toBe(true);
    expect(broker(NODE_ID)?.isFenced).toBe(false);
    expect((await register(4, other)).errorCode).toBe(ErrorCode.NONE);
    expect((await beat(brokerEpoch)).errorCode).toBe(ErrorCode.STALE_BROKER_EPOCH);
  });

  test('one that is heard of in time is not', async () => {
    const brokerEpoch = await joined();
    started.clock.advance(SESSION_MS - 1);
    await beat(brokerEpoch);
    started.clock.advance(SESSION_MS - 1);
    expect((await beat(brokerEpoch)).isFenced).toBe(false);
    expect(broker()?.isFenced).toBe(false);
  });

  async function createTopic(replicas: readonly number[]): Promise<string> {
    const topic = { name: 'orders', numPartitions: -1, replicationFactor: -1, configs: [] };
    const assignments = [{ partitionIndex: 0, brokerIds: replicas }];
    await started.controller.createTopics([{ ...topic, assignments }], { validateOnly: false });
    return started.controller.image.topicsByName.get('orders')?.id ?? '';
  }

  const partition = () => started.controller.image.topicsByName.get('orders')?.partitions[0];

  test('one that stops hands its partitions over first', async () => {
    const brokerEpoch = await joined();
    await createTopic([OTHER, NODE_ID]);
    expect(partition()).toMatchObject({ leader: OTHER });
    expect(await beat(brokerEpoch, { wantShutDown: true })).toMatchObject({ shouldShutDown: false });
    expect(partition()).toMatchObject({ leader: NODE_ID, isr: [NODE_ID] });
    // Its own broker must know of the new leader before clients are sent away.
    const own = { brokerId: NODE_ID, brokerEpoch: broker(NODE_ID)?.epoch ?? -1 };
    await answerTo(brokerHeartbeatHandler(needs()), 1, {
      ...own,
      currentMetadataOffset: started.controller.image.offset,
    });
    expect(await beat(brokerEpoch, { wantShutDown: true })).toMatchObject({ shouldShutDown: true });
  });

  test.each([2, 3])(
    'version %i of AlterPartition: the ISR follows the leader that knows the partition',
    async (version) => {
      await joined();
      const topicId = await createTopic([NODE_ID, OTHER]);
      const alter = (brokerEpoch: number, partitionEpoch: number) =>
        answerTo(alterPartitionHandler(needs()), version, {
          brokerId: NODE_ID,
          brokerEpoch,
          topics: [
            {
              topicId,
              partitions: [
                {
                  partitionIndex: 0,
                  leaderEpoch: 0,
                  partitionEpoch,
                  ...(version === 2 ? { newIsr: [NODE_ID] } : { newIsrWithEpochs: [{ brokerId: NODE_ID }] }),
                },
              ],
            },
          ],
        });
      expect((await alter(99, 0)).errorCode).toBe(ErrorCode.STALE_BROKER_EPOCH);
      expect((await alter(started.brokerEpoch, 0)).topics[0]).toMatchObject({
        topicId,
        partitions: [
          { partitionIndex: 0, errorCode: 0, leaderId: NODE_ID, isr: [NODE_ID], partitionEpoch: 1 },
        ],
      });
      expect(partition()?.isr).toEqual([NODE_ID]);
      expect((await alter(started.brokerEpoch, 0)).topics[0]?.partitions[0]?.errorCode).toBe(
        ErrorCode.INVALID_UPDATE_VERSION,
      );
    },
  );

  test('a reassignment begins, is listed and is taken back', async () => {
    await joined();
    await createTopic([NODE_ID]);
    const alter = (replicas: readonly number[] | null) =>
      answerTo(alterPartitionReassignmentsHandler(needs()), 1, {
        topics: [
          { name: 'orders', partitions: [{ partitionIndex: 0, replicas }] },
          { name: 'none', partitions: [{ partitionIndex: 3, replicas }] },
        ],
      });
    const list = () =>
      answerTo(listPartitionReassignmentsHandler(needs()), 0, {
        topics: [{ name: 'orders', partitionIndexes: [0, 1] }],
      });
    expect((await alter([OTHER])).responses).toMatchObject([
      { name: 'orders', partitions: [{ partitionIndex: 0, errorCode: ErrorCode.NONE }] },
      { name: 'none', partitions: [{ partitionIndex: 3, errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION }] },
    ]);
    expect((await list()).topics).toEqual([
      {
        name: 'orders',
        partitions: [
          {
            partitionIndex: 0,
            replicas: [OTHER, NODE_ID],
            addingReplicas: [OTHER],
            removingReplicas: [NODE_ID],
          },
        ],
      },
    ]);
    expect((await alter(null)).responses[0]?.partitions[0]?.errorCode).toBe(ErrorCode.NONE);
    expect((await list()).topics).toEqual([]);
    expect(partition()?.replicas).toEqual([NODE_ID]);
  });

  test('the preferred leader is elected when it is back, by request and by itself', async () => {
    const brokerEpoch = await joined();
    const topicId = await createTopic([OTHER, NODE_ID]);
    await beat(brokerEpoch, { wantFence: true });
    expect(partition()).toMatchObject({ leader: NODE_ID, isr: [NODE_ID] });
    await beat(brokerEpoch);
    const elect = (topicPartitions: { topic: string; partitions: number[] }[] | null) =>
      answerTo(electLeadersHandler(needs()), 2, { electionType: 0, topicPartitions });
    expect((await elect(null)).replicaElectionResults[0]?.partitionResult[0]?.errorCode).toBe(
      ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE,
    );
    await started.controller.alterPartitions({ id: NODE_ID, epoch: started.brokerEpoch }, [
      {
        topicId,
        partitionId: 0,
        leaderEpoch: partition()?.leaderEpoch ?? -1,
        partitionEpoch: partition()?.partitionEpoch ?? -1,
        isr: [NODE_ID, OTHER].map((brokerId) => ({ brokerId, brokerEpoch: -1 })),
        leaderRecoveryState: 0,
      },
    ]);
    expect(partition()?.leader).toBe(NODE_ID);
    expect((await elect([{ topic: 'orders', partitions: [0, 1] }])).replicaElectionResults).toMatchObject([
      {
        topic: 'orders',
        partitionResult: [
          { partitionId: 0, errorCode: ErrorCode.NONE },
          { partitionId: 1, errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION },
        ],
      },
    ]);
    expect(partition()?.leader).toBe(OTHER);
    expect((await elect(null)).replicaElectionResults).toEqual([{ topic: 'orders', partitionResult: [] }]);
  });

  test('a broker that is taken out is gone, once', async () => {
    const brokerEpoch = await joined();
    const unregister = () => answerTo(unregisterBrokerHandler(needs()), 0, { brokerId: OTHER });
    expect((await unregister()).errorCode).toBe(ErrorCode.NONE);
    expect(broker()).toBeUndefined();
    expect((await unregister()).errorCode).toBe(ErrorCode.BROKER_ID_NOT_REGISTERED);
    expect((await beat(brokerEpoch)).errorCode).toBe(ErrorCode.STALE_BROKER_EPOCH);
  });

  test('whoever may not is told so', async () => {
    const expected = ErrorCode.CLUSTER_AUTHORIZATION_FAILED;
    const topics: never[] = [];
    const answers = [
      answerTo(electLeadersHandler(denying()), 2, { topicPartitions: null }),
      answerTo(alterPartitionReassignmentsHandler(denying()), 1, { topics }),
      answerTo(listPartitionReassignmentsHandler(denying()), 0, { topics: null }),
      answerTo(unregisterBrokerHandler(denying()), 0, { brokerId: OTHER }),
      answerTo(alterPartitionHandler(denying()), 3, { brokerId: OTHER, topics }),
      answerTo(brokerHeartbeatHandler(denying()), 1, { brokerId: OTHER }),
    ];
    for (const answer of answers) expect((await answer).errorCode).toBe(expected);
    expect(broker()).toBeUndefined();
  });
});
