import { beforeEach, describe, expect, test } from 'vitest';
import { answerTo } from '../../test/metadata/answer-to.ts';
import {
  DIRECTORY_ID,
  NODE_ID,
  type StartedController,
  startController,
} from '../../test/metadata/started-controller.ts';
import { SUPPORTED_FEATURES } from '../controller/bootstrap.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { allowAll } from '../security/authorizer.ts';
import { assignReplicasToDirsHandler } from './assign-replicas-to-dirs.ts';
import { controllerRegistrationHandler } from './controller-registration.ts';
import { updateFeaturesHandler } from './update-features.ts';

describe('what nodes and operators say of the cluster', () => {
  let started: StartedController;
  const needs = () => ({ controller: started.controller, authorizer: allowAll });
  const denying = () => ({ ...needs(), authorizer: { ...allowAll, isAllowed: () => false } });

  beforeEach(async () => {
    started = await startController();
  });

  const elr = (maxVersionLevel: number, given: object = {}) => ({
    featureUpdates: [{ feature: 'eligible.leader.replicas.version', maxVersionLevel, ...given }],
  });

  test('UpdateFeatures changes a level when it is not only to be looked at', async () => {
    const handler = updateFeaturesHandler(needs());
    const levelNow = () => started.controller.image.features.get('eligible.leader.replicas.version');
    const down = elr(0, { upgradeType: 2 });
    expect(await answerTo(handler, 2, { ...down, validateOnly: true })).toMatchObject({ errorCode: 0 });
    expect(levelNow()).toBe(1);
    expect(await answerTo(handler, 2, down)).toMatchObject({ errorCode: 0, errorMessage: null });
    expect(levelNow()).toBeUndefined();
  });

  test('UpdateFeatures up to version 1 answers for each feature, and version 0 knows one kind of downgrade', async () => {
    const handler = updateFeaturesHandler(needs());
    expect(await answerTo(handler, 0, elr(0))).toMatchObject({
      errorCode: ErrorCode.INVALID_UPDATE_VERSION,
      errorMessage: expect.stringMatching(
        /^The update failed for all features since the following feature had/,
      ),
      results: [],
    });
    const { results } = await answerTo(handler, 0, elr(0, { allowDowngrade: true }));
    expect(results).toMatchObject([{ feature: 'eligible.leader.replicas.version', errorCode: 0 }]);
  });

  const registration = (incarnationId: string) => ({
    controllerId: 3,
    incarnationId,
    zkMigrationReady: false,
    listeners: [{ name: 'CONTROLLER', host: 'there', port: 9093, securityProtocol: 0 }],
    features: SUPPORTED_FEATURES,
  });

  test('ControllerRegistration is taken up once for each incarnation', async () => {
    const handler = controllerRegistrationHandler(needs());
    const first = registration('INCARNATIONCCCCCCCCCCQ');
    expect(await answerTo(handler, 0, first)).toMatchObject({ errorCode: 0, errorMessage: null });
    const { image } = started.controller;
    expect(image.controllers.get(3)).toMatchObject({
      incarnationId: 'INCARNATIONCCCCCCCCCCQ',
      endpoints: [{ listenerName: 'CONTROLLER', host: 'there', port: 9093 }],
    });
    await answerTo(handler, 0, first);
    expect(started.controller.image.offset).toBe(image.offset);
    await answerTo(handler, 0, registration('INCARNATIONDDDDDDDDDDQ'));
    expect(started.controller.image.controllers.get(3)?.incarnationId).toBe('INCARNATIONDDDDDDDDDDQ');
  });

  test('AssignReplicasToDirs answers for each partition in the order of the request', async () => {
    const topic = { name: 'orders', numPartitions: 2, replicationFactor: 1, assignments: [], configs: [] };
    await started.controller.createTopics([topic], { validateOnly: false });
    const topicId = started.controller.image.topicsByName.get('orders')?.id ?? '';
    const partitions = [5, 1].map((partitionIndex) => ({ partitionIndex }));
    const request = {
      brokerId: NODE_ID,
      brokerEpoch: started.brokerEpoch,
      directories: [{ id: DIRECTORY_ID, topics: [{ topicId, partitions }] }],
    };
    const answer = await answerTo(assignReplicasToDirsHandler(needs()), 0, request);
    expect(answer.errorCode).toBe(0);
    expect(answer.directories[0]?.topics[0]?.partitions).toEqual([
      { partitionIndex: 5, errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION },
      { partitionIndex: 1, errorCode: 0 },
    ]);
    const stale = await answerTo(assignReplicasToDirsHandler(needs()), 0, { ...request, brokerEpoch: 99 });
    expect(stale.errorCode).toBe(ErrorCode.STALE_BROKER_EPOCH);
  });

  test('nobody does any of it who may not', async () => {
    const refused = { errorCode: ErrorCode.CLUSTER_AUTHORIZATION_FAILED };
    expect(await answerTo(updateFeaturesHandler(denying()), 2, elr(0, { upgradeType: 2 }))).toMatchObject(
      refused,
    );
    const registered = registration('INCARNATIONCCCCCCCCCCQ');
    expect(await answerTo(controllerRegistrationHandler(denying()), 0, registered)).toMatchObject(refused);
    const nothing = { brokerId: 1, brokerEpoch: 1, directories: [] };
    expect(await answerTo(assignReplicasToDirsHandler(denying()), 0, nothing)).toMatchObject(refused);
  });
});
