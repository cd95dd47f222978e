import type { MetadataImage } from '../../src/metadata/metadata-image.ts';
import type { MessageDeclaration } from '../../src/protocol/message.ts';
import type { PeerAnswer, PeerChannel, PeerExchange } from '../../src/protocol/peer-channel.ts';
import type { Partition } from '../../src/replication/partition.ts';
import type { Replicas } from '../../src/replication/replicas.ts';
import { askHandlers, newSessions } from './asked-handlers.ts';

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
    const needs = {
      image: this.#image,
      // The handlers look up one replica, and whether there is one.
      replicas: {
        get: (topic: string) => (topic === this.partition.topic ? this.partition : undefined),
        absenceOf: () => 3,
      } as unknown as Replicas,
      sessions: this.sessions,
    };
    return askHandlers(exchange, needs, (received) => this.#note(received));
  }

  #note(received: unknown): void {
    const { topics, forgottenTopicsData, sessionEpoch } = received as {
      topics: { partitions: unknown[] }[];
      forgottenTopicsData: { partitions: unknown[] }[];
      sessionEpoch: number;
    };
    const count = (list: readonly { partitions: unknown[] }[]) =>
      list.reduce((sum, { partitions }) => sum + partitions.length, 0);
    this.fetches.push({ named: count(topics), forgotten: count(forgottenTopicsData), sessionEpoch });
  }
}
