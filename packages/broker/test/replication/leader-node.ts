import { fetchHandler } from '../../src/handlers/fetch.ts';
import { FetchSessions } from '../../src/handlers/fetch-sessions.ts';
import type { Handler } from '../../src/handlers/handler.ts';
import { CLOSE_CONNECTION } from '../../src/handlers/handler.ts';
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
import type { PeerAnswer, PeerChannel, PeerExchange } from '../../src/protocol/peer-channel.ts';
import { Reader } from '../../src/protocol/reader.ts';
import type { Partition } from '../../src/replication/partition.ts';
import type { Replicas } from '../../src/replication/replicas.ts';
import { nodeClock } from '../../src/runtime/node-clock.ts';
import { nodeRandom } from '../../src/runtime/node-random.ts';
import { allowAll } from '../../src/security/authorizer.ts';
import { ANONYMOUS } from '../../src/security/principal.ts';

/**
 * A broker that leads one partition, as far as a follower sees it: the real partition behind the real handlers, asked
 * by messages that were encoded and decoded on their way.
 */
export class LeaderNode implements PeerChannel {
  partition: Partition;
  /** Requests are not answered while this is set. */
  isSilent = false;
  /** Every Fetch that came: the partitions it named, and those it forgot. */
  readonly fetches: { named: number; forgotten: number; sessionEpoch: number }[] = [];
  sessions = newSessions();
  readonly #image: () => MetadataImage;

  constructor(partition: Partition, image: () => MetadataImage) {
    this.partition = partition;
    this.#image = image;
  }

  forgetSessions(): void {
    this.sessions = newSessions();
  }

  async ask<Request extends MessageDeclaration, Response extends MessageDeclaration>(
    exchange: PeerExchange<Request, Response>,
  ): Promise<PeerAnswer<Response>> {
    if (this.isSilent) return { kind: 'unanswered', reason: 'it is silent' };
    const { request, response, version, body } = exchange;
    const sent = encodeMessage(request, body, version);
    const handler = this.#handlerOf(request);
    const received = decodeMessage(handler.request, new Reader(sent), version);
    this.#note(handler.request, received);
    const answer = await handler.handle(received, {
      principal: ANONYMOUS,
      clientId: 'broker-2',
      clientHost: '127.0.0.1',
      connectionId: 1,
      listenerName: 'PLAINTEXT',
      apiVersion: version,
    });
    if (answer === null || answer === CLOSE_CONNECTION) return { kind: 'unanswered', reason: 'no answer' };
    const bytes = encodeMessage(handler.response, answer as Encodable<MessageDeclaration>, version);
    return { kind: 'answered', body: decodeMessage(response, new Reader(new Uint8Array(bytes)), version) };
  }

  #note(declaration: MessageDeclaration, received: unknown): void {
    if (declaration.name !== fetchRequest.name) return;
    const { topics, forgottenTopicsData, sessionEpoch } = received as {
      topics: { partitions: unknown[] }[];
      forgottenTopicsData: { partitions: unknown[] }[];
      sessionEpoch: number;
    };
    const count = (list: readonly { partitions: unknown[] }[]) =>
      list.reduce((sum, { partitions }) => sum + partitions.length, 0);
    this.fetches.push({ named: count(topics), forgotten: count(forgottenTopicsData), sessionEpoch });
  }

  #handlerOf(request: MessageDeclaration): Handler {
    const needs = {
      image: this.#image,
      // The handlers look up one replica, and whether there is one.
      replicas: {
        get: (topic: string) => (topic === this.partition.topic ? this.partition : undefined),
        absenceOf: () => 3,
      } as unknown as Replicas,
      authorizer: allowAll,
      clock: nodeClock,
      sessions: this.sessions,
      fetchMaxBytes: 1024 * 1024,
    };
    const handler =
      request.name === listOffsetsRequest.name ? listOffsetsHandler(needs) : fetchHandler(needs);
    return handler as unknown as Handler;
  }
}

function newSessions(): FetchSessions {
  return new FetchSessions({ clock: nodeClock, random: nodeRandom(), slots: 100, evictionMs: 120_000 });
}
