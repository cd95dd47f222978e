import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { ThreeControllers } from '../../test/controller/three-controllers.ts';
import { answerTo } from '../../test/metadata/answer-to.ts';
import { type StartedController, startController } from '../../test/metadata/started-controller.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { allowAll } from '../security/authorizer.ts';
import { describeClusterHandler, describeControllersHandler } from './describe-cluster.ts';

const CLUSTER_ID = 'CLUSTERIDAAAAAAAAAAAAQ';

let started: StartedController;

beforeEach(async () => {
  started = await startController();
});

function needs() {
  const { controller } = started;
  return { controller, authorizer: allowAll, image: () => controller.image, clusterId: CLUSTER_ID };
}

describe('DescribeCluster', () => {
  test.each([0, 1, 2])('version %i names cluster, controller and brokers', async (version) => {
    const answer = await answerTo(describeClusterHandler(needs()), version, {});
    expect(answer).toMatchObject({
      errorCode: 0,
      clusterId: CLUSTER_ID,
      controllerId: 1,
      brokers: [{ brokerId: 1, host: '127.0.0.1', port: 9092 }],
    });
  });

  test('a controller listener names the quorum, and refuses to speak for brokers', async () => {
    const handler = describeControllersHandler(needs());
    const context = { listenerName: 'CONTROLLER' };
    expect(await answerTo(handler, 1, { endpointType: 2 }, context)).toMatchObject({
      errorCode: 0,
      endpointType: 2,
      clusterId: CLUSTER_ID,
      controllerId: 1,
      brokers: [{ brokerId: 1, host: '127.0.0.1', port: 9093 }],
    });
    const brokers = await answerTo(handler, 1, { endpointType: 1 }, context);
    expect(brokers).toMatchObject({
      errorCode: ErrorCode.MISMATCHED_ENDPOINT_TYPE,
      errorMessage:
        'The request was sent to an endpoint of type CONTROLLER, but we wanted an endpoint of type BROKER',
    });
  });

  test('a controller listener names all voters, whichever of them is asked', async () => {
    const three = new ThreeControllers();
    await three.open();
    onTestFinished(() => three.close());
    const { id: controllerId } = await three.active();
    await three.until(() =>
      three.nodes.every(({ controller }) => controller.quorum.state.leaderId === controllerId),
    );
    for (const { controller } of three.nodes) {
      const handler = describeControllersHandler({ authorizer: allowAll, clusterId: CLUSTER_ID, controller });
      const asked = { listenerName: 'CONTROLLER' };
      const { brokers, ...answer } = await answerTo(handler, 2, { endpointType: 2 }, asked);
      expect(answer.controllerId).toBe(controllerId);
      expect(brokers.map(({ brokerId, port }) => [brokerId, port])).toEqual([
        [1, 9091],
        [2, 9092],
        [3, 9093],
      ]);
    }
  });

  test('asked for controllers, it says that it is a broker', async () => {
    const controllers = await answerTo(describeClusterHandler(needs()), 1, { endpointType: 2 });
    expect(controllers.errorCode).toBe(ErrorCode.MISMATCHED_ENDPOINT_TYPE);
    const unknown = await answerTo(describeClusterHandler(needs()), 1, { endpointType: 3 });
    expect(unknown.errorCode).toBe(ErrorCode.UNSUPPORTED_ENDPOINT_TYPE);
  });
});
