import type { BrokerAddress } from './cluster-definition.ts';
import { KafkaError } from './kafka-error.ts';
import { ApiNotSupported, type KafkaRequests } from './kafka-requests.ts';

/** A broker that coordinates a group or a transactional id. */
export interface Coordinator extends BrokerAddress {
  readonly id: number;
}

/** By CoordinatorType of the protocol. */
const keyTypes = { group: 0, transaction: 1 } as const;

/** Several keys are asked for at once from version 4 on; older brokers know only one. */
const SEVERAL_KEYS = 4;

/** Asks who coordinates. Throws KafkaError where there is nobody yet, and BrokerUnreachable. */
export async function findCoordinator(
  requests: KafkaRequests,
  kind: keyof typeof keyTypes,
  key: string,
): Promise<Coordinator> {
  const keyType = keyTypes[kind];
  try {
    const { coordinators } = await requests.askAny(
      'FindCoordinator',
      { keyType, coordinatorKeys: [key] },
      { minVersion: SEVERAL_KEYS },
    );
    return coordinatorIn(coordinators[0]);
  } catch (error) {
    if (!(error instanceof ApiNotSupported)) {
      throw error;
    }
    const options = { maxVersion: SEVERAL_KEYS - 1 };
    return coordinatorIn(await requests.askAny('FindCoordinator', { keyType, key }, options));
  }
}

interface Answered extends BrokerAddress {
  readonly nodeId: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

function coordinatorIn(answered: Answered | undefined): Coordinator {
  if (answered === undefined || answered.errorCode !== 0) {
    throw new KafkaError(answered?.errorCode ?? -1, answered?.errorMessage ?? null);
  }
  const { nodeId: id, host, port } = answered;
  return { id, host, port };
}
