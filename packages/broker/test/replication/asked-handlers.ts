import { fetchHandler } from '../../src/handlers/fetch.ts';
import { FetchSessions } from '../../src/handlers/fetch-sessions.ts';
import { CLOSE_CONNECTION, type Handler } from '../../src/handlers/handler.ts';
import { listOffsetsHandler } from '../../src/handlers/list-offsets.ts';
import type { MetadataImage } from '../../src/metadata/metadata-image.ts';
import {
  decodeMessage,
  type Encodable,
  encodeMessage,
  type MessageDeclaration,
} from '../../src/protocol/message.ts';
import { fetchRequest } from '../../src/protocol/messages/fetch-request.ts';
import { listOffsetsRequest } from '../../src/protocol/messages/list-offsets-request.ts';
import type { PeerAnswer, PeerExchange } from '../../src/protocol/peer-channel.ts';
import { Reader } from '../../src/protocol/reader.ts';
import { ReplicationQuota } from '../../src/quotas/replication-quota.ts';
import type { ReplicaSelector } from '../../src/replication/nearest-replica.ts';
import type { Replicas } from '../../src/replication/replicas.ts';
import { nodeClock } from '../../src/runtime/node-clock.ts';
import { nodeRandom } from '../../src/runtime/node-random.ts';
import { allowAll } from '../../src/security/authorizer.ts';
import { ANONYMOUS } from '../../src/security/principal.ts';

export interface AskedNode {
  readonly image: () => MetadataImage;
  readonly replicas: Replicas;
  readonly sessions: FetchSessions;
  readonly leaderQuota?: ReplicationQuota;
  readonly replicaSelector?: ReplicaSelector;
}

/** Asks the real handlers of another node by messages that are encoded and decoded on their way. */
export async function askHandlers<Request extends MessageDeclaration, Response extends MessageDeclaration>(
  exchange: PeerExchange<Request, Response>,
  node: AskedNode,
  onFetch: (received: unknown) => void = () => {},
): Promise<PeerAnswer<Response>> {
  const { request, response, version, body } = exchange;
  const sent = encodeMessage(request, body, version);
  const handler = handlerOf(request, node);
  const received = decodeMessage(handler.request, new Reader(sent), version);
  if (request.name === fetchRequest.name) onFetch(received);
  const answer = await handler.handle(received, {
    principal: ANONYMOUS,
    clientId: 'a broker',
    clientHost: '127.0.0.1',
    connectionId: 1,
    listenerName: 'PLAINTEXT',
    apiVersion: version,
  });
  if (answer === null || answer === CLOSE_CONNECTION) return { kind: 'unanswered', reason: 'no answer' };
  const bytes = encodeMessage(handler.response, answer as Encodable<MessageDeclaration>, version);
  return { kind: 'answered', body: decodeMessage(response, new Reader(new Uint8Array(bytes)), version) };
}

function handlerOf(request: MessageDeclaration, node: AskedNode): Handler {
  const needs = {
    ...{ authorizer: allowAll, clock: nodeClock, fetchMaxBytes: 1024 * 1024 },
    ...{ leaderQuota: unlimited(), replicaSelector: 'leader' as const },
    ...node,
  };
  const handler = request.name === listOffsetsRequest.name ? listOffsetsHandler(needs) : fetchHandler(needs);
  return handler as unknown as Handler;
}

export function newSessions(tellsMoves = false): FetchSessions {
  const options = { clock: nodeClock, random: nodeRandom(), slots: 100, evictionMs: 120_000 };
  return new FetchSessions({ ...options, tellsMoves });
}

export function unlimited(): ReplicationQuota {
  return new ReplicationQuota(nodeClock, { count: 11, lengthMs: 1000 });
}
