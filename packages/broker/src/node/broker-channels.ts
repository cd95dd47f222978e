import type { MetadataDelta } from '../metadata/metadata-delta.ts';
import { EMPTY_IMAGE, type MetadataImage } from '../metadata/metadata-image.ts';
import type { MetadataSubscriber } from '../metadata/metadata-publisher.ts';
import type { PeerClient } from '../net/peer-client.ts';
import type { MessageDeclaration } from '../protocol/message.ts';
import type { PeerAnswer, PeerChannel, PeerExchange } from '../protocol/peer-channel.ts';
import type { SocketAddress } from '../runtime/network.ts';

/** The ways to the other brokers of the cluster, by the listener for brokers. */
export class BrokerChannels implements MetadataSubscriber {
  readonly #listenerName: string;
  readonly #open: (address: SocketAddress) => PeerClient;
  readonly #channels = new Map<number, BrokerChannel>();
  #image: MetadataImage = EMPTY_IMAGE;

  constructor(listenerName: string, open: (address: SocketAddress) => PeerClient) {
    this.#listenerName = listenerName;
    this.#open = open;
  }

  /** A connection that is made when it is needed, to wherever the broker is by then; null while it was never heard of. */
  to(brokerId: number): PeerChannel | null {
    if (this.#addressOf(brokerId) === null) return null;
    const known = this.#channels.get(brokerId);
    if (known !== undefined) return known;
    const channel = new BrokerChannel(() => this.#addressOf(brokerId), this.#open);
    this.#channels.set(brokerId, channel);
    return channel;
  }

  onMetadata(_delta: MetadataDelta, image: MetadataImage): void {
    const hasMoved = image.brokers !== this.#image.brokers;
    this.#image = image;
    if (hasMoved) for (const channel of this.#channels.values()) channel.leaveFormerAddress();
  }

  /** Whoever waits for an answer waits no longer. */
  close(): void {
    for (const channel of this.#channels.values()) channel.close();
  }

  #addressOf(brokerId: number): SocketAddress | null {
    const endpoints = this.#image.brokers.get(brokerId)?.endpoints ?? [];
    const endpoint = endpoints.find(({ listenerName }) => listenerName === this.#listenerName);
    return endpoint === undefined ? null : { host: endpoint.host, port: endpoint.port };
  }
}

/** The way to one broker. */
class BrokerChannel implements PeerChannel {
  readonly #address: () => SocketAddress | null;
  readonly #open: (address: SocketAddress) => PeerClient;
  #connection: { readonly address: SocketAddress; readonly client: PeerClient } | null = null;
  #isClosed = false;

  constructor(address: () => SocketAddress | null, open: (address: SocketAddress) => PeerClient) {
    this.#address = address;
    this.#open = open;
  }

  async ask<Request extends MessageDeclaration, Response extends MessageDeclaration>(
    exchange: PeerExchange<Request, Response>,
  ): Promise<PeerAnswer<Response>> {
    this.leaveFormerAddress();
    const address = this.#address();
    if (address === null || this.#isClosed) return { kind: 'unanswered', reason: 'the broker is not known' };
    this.#connection ??= { address, client: this.#open(address) };
    return this.#connection.client.ask(exchange);
  }

  /** A broker that came back somewhere else does not answer where it was. */
  leaveFormerAddress(): void {
    const address = this.#address();
    const isSame =
      address?.host === this.#connection?.address.host && address?.port === this.#connection?.address.port;
    if (isSame) return;
    this.#connection?.client.close();
    this.#connection = null;
  }

  close(): void {
    this.#isClosed = true;
    this.#connection?.client.close();
  }
}
