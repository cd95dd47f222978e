import { PeerClient } from '../net/peer-client.ts';
import { ErrorCode, errorOf } from '../protocol/errors.ts';
import { metadataRequest } from '../protocol/messages/metadata-request.ts';
import { metadataResponse } from '../protocol/messages/metadata-response.ts';
import { unregisterBrokerRequest } from '../protocol/messages/unregister-broker-request.ts';
import { unregisterBrokerResponse } from '../protocol/messages/unregister-broker-response.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Network } from '../runtime/network.ts';
import { BrokerActionError } from './broker-action.ts';
import { LOOPBACK } from './loopback-ports.ts';

interface Ports {
  readonly network: Network;
  readonly clock: Clock;
}

const TIMEOUT_MS = 10_000;

/** Enough for the metadata of a hundred thousand partitions. */
const RESPONSE_BYTES_MAX = 64 * 1024 * 1024;

/** By topic, how many partitions have a replica on the broker, as the broker at `port` knows it. */
export function heldReplicas(
  ports: Ports,
  { port, brokerId }: { readonly port: number; readonly brokerId: number },
): Promise<ReadonlyMap<string, number>> {
  return withBroker(ports, port, async (channel) => {
    const answer = await channel.ask({
      request: metadataRequest,
      response: metadataResponse,
      version: 1,
      body: { topics: null },
      timeoutMs: TIMEOUT_MS,
    });
    if (answer.kind === 'unanswered') throw unanswered(answer.reason);
    const held = new Map<string, number>();
    for (const { name, partitions } of answer.body.topics) {
      const count = partitions.filter(({ replicaNodes }) => replicaNodes.includes(brokerId)).length;
      if (count > 0) held.set(name ?? '', count);
    }
    return held;
  });
}

/** Takes a broker out of the cluster's metadata, by way of the one at `port`. One that is not in it is no error. */
export function unregister(
  ports: Ports,
  { port, brokerId }: { readonly port: number; readonly brokerId: number },
): Promise<void> {
  return withBroker(ports, port, async (channel) => {
    const answer = await channel.ask({
      request: unregisterBrokerRequest,
      response: unregisterBrokerResponse,
      version: 0,
      body: { brokerId },
      timeoutMs: TIMEOUT_MS,
    });
    if (answer.kind === 'unanswered') throw unanswered(answer.reason);
    const { errorCode, errorMessage } = answer.body;
    if (errorCode === ErrorCode.NONE || errorCode === ErrorCode.BROKER_ID_NOT_REGISTERED) return;
    const why = errorMessage ?? errorOf(errorCode).name;
    throw new BrokerActionError('conflict', `The controller does not let broker ${brokerId} go: ${why}.`);
  });
}

async function withBroker<Answer>(
  ports: Ports,
  port: number,
  work: (channel: PeerClient) => Promise<Answer>,
): Promise<Answer> {
  const channel = new PeerClient({
    ...ports,
    address: { host: LOOPBACK, port },
    clientId: 'odradek-local-cluster',
    maxResponseBytes: RESPONSE_BYTES_MAX,
  });
  try {
    return await work(channel);
  } finally {
    channel.close();
  }
}

function unanswered(reason: string): BrokerActionError {
  return new BrokerActionError('conflict', `The cluster could not be asked: ${reason}.`);
}
