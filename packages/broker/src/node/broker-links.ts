import type { Dispatch } from '../handlers/dispatch.ts';
import type { MetadataDelta } from '../metadata/metadata-delta.ts';
import type { MetadataImage } from '../metadata/metadata-image.ts';
import type { MetadataSubscriber } from '../metadata/metadata-publisher.ts';
import type { PeerChannel } from '../protocol/peer-channel.ts';
import { ANONYMOUS } from '../security/principal.ts';
import { BrokerChannels } from './broker-channels.ts';
import { NO_CONNECTION } from './controller-links.ts';
import type { BrokerStart } from './open-rooms.ts';
import { OwnChannel } from './own-channel.ts';
import { peerClients } from './peer-clients.ts';

/**
 * The ways of a broker to any broker of the cluster, itself included, for one purpose: requests of one connection are
 * answered in their order, so that what is slow has connections of its own.
 */
export class BrokerLinks implements MetadataSubscriber {
  readonly #nodeId: number;
  readonly #others: BrokerChannels;
  readonly #own: OwnChannel;
  #dispatch: Dispatch | null = null;

  constructor(start: BrokerStart, purpose: string) {
    const { config, runtime } = start;
    const listenerName = config.interBrokerListenerName;
    const clientHost = config.controllerListener.host;
    this.#nodeId = config.nodeId;
    this.#others = new BrokerChannels(listenerName, peerClients(start, purpose));
    const origin = { connectionId: NO_CONNECTION, listenerName, clientHost, principal: ANONYMOUS };
    this.#own = new OwnChannel(runtime.clock, origin, () => {
      if (this.#dispatch === null) throw new Error('this broker was asked before it could answer');
      return this.#dispatch;
    });
  }

  /** What this broker's own listener answers; until then it cannot be asked. */
  connect(dispatch: Dispatch): void {
    this.#dispatch = dispatch;
  }

  /** Null while the broker was never heard of. */
  to(brokerId: number): PeerChannel | null {
    if (brokerId !== this.#nodeId) return this.#others.to(brokerId);
    return this.#dispatch === null ? null : this.#own;
  }

  onMetadata(delta: MetadataDelta, image: MetadataImage): void {
    this.#others.onMetadata(delta, image);
  }

  /** Whoever waits for another broker's answer waits no longer. */
  close(): void {
    this.#others.close();
  }
}
