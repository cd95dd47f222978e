import type { BrokerImage, MetadataImage, PartitionImage } from '../metadata/metadata-image.ts';
import { LOST_DIRECTORY } from '../metadata/partition-image.ts';

/** A broker as a client of one listener reaches it. */
export interface ReachableBroker {
  readonly id: number;
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
  readonly isFenced: boolean;
}

/** What clients of one listener see of the brokers: only those that have that listener. */
export class ListenerView {
  readonly #image: MetadataImage;
  readonly #listenerName: string;

  constructor(image: MetadataImage, listenerName: string) {
    this.#image = image;
    this.#listenerName = listenerName;
  }

  /** By ascending id. */
  get brokers(): readonly ReachableBroker[] {
    return [...this.#image.brokers.values()]
      .sort((left, right) => left.id - right.id)
      .flatMap((broker) => this.#reach(broker) ?? []);
  }

  get liveBrokers(): readonly ReachableBroker[] {
    return this.brokers.filter(({ isFenced }) => !isFenced);
  }

  isReachable(brokerId: number): boolean {
    const broker = this.#image.brokers.get(brokerId);
    return broker !== undefined && this.#reach(broker) !== null;
  }

  isAlive(brokerId: number): boolean {
    return this.isReachable(brokerId) && this.#image.brokers.get(brokerId)?.isFenced === false;
  }

  /** The leader's id, or -1 when clients of this listener cannot get to it. */
  leaderOf(partition: PartitionImage): number {
    return this.isReachable(partition.leader) ? partition.leader : -1;
  }

  /** Those whose broker is gone or whose log directory is offline. */
  offlineReplicas({ replicas, directories }: PartitionImage): readonly number[] {
    return replicas.filter((id, index) => !this.isAlive(id) || directories[index] === LOST_DIRECTORY);
  }

  #reach(broker: BrokerImage): ReachableBroker | null {
    const endpoint = broker.endpoints.find(({ listenerName }) => listenerName === this.#listenerName);
    if (endpoint === undefined) return null;
    const { id, rack, isFenced } = broker;
    return { id, host: endpoint.host, port: endpoint.port, rack, isFenced };
  }
}
