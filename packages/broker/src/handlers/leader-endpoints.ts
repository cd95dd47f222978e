import { type MetadataImage, NO_LEADER, partitionOf } from '../metadata/metadata-image.ts';

/** Who leads a partition as far as this broker knows (KIP-951). */
export function currentLeaderOf(
  image: MetadataImage,
  topic: string,
  partition: number,
): { leaderId: number; leaderEpoch: number } {
  const found = partitionOf(image, topic, partition);
  return { leaderId: found?.leader ?? NO_LEADER, leaderEpoch: found?.leaderEpoch ?? -1 };
}

/** The addresses of the leaders that a response sends its client to, each once, on the client's listener. */
export class LeaderEndpoints {
  readonly #image: MetadataImage;
  readonly #listenerName: string;
  readonly #ids = new Set<number>();

  constructor(image: MetadataImage, listenerName: string) {
    this.#image = image;
    this.#listenerName = listenerName;
  }

  add(leaderId: number): void {
    this.#ids.add(leaderId);
  }

  get list(): { nodeId: number; host: string; port: number; rack: string | null }[] {
    return [...this.#ids].flatMap((nodeId) => {
      const broker = this.#image.brokers.get(nodeId);
      const endpoint = broker?.endpoints.find(({ listenerName }) => listenerName === this.#listenerName);
      if (broker === undefined || endpoint === undefined) return [];
      return [{ nodeId, host: endpoint.host, port: endpoint.port, rack: broker.rack }];
    });
  }
}
