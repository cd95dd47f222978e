import type { BrokerImage, MetadataImage, TopicImage } from '../../metadata/metadata-image.ts';

/** One moment of the metadata: as long as both are the same objects, no topic and no rack has changed. */
export interface MetadataMoment {
  readonly topics: MetadataImage['topicsByName'];
  readonly brokers: MetadataImage['brokers'];
}

/** Whether whoever asks may know of a topic. */
export type Visibility = (topic: string) => boolean;

/** What consumer groups see of the cluster's topics: the newest metadata that this broker has. */
export class GroupTopics {
  readonly #image: () => MetadataImage;
  #newTopicsVersion = 0;
  #hashes = new WeakMap<TopicImage, number>();
  #hashedWith: MetadataImage['brokers'] | null = null;

  constructor(image: () => MetadataImage) {
    this.#image = image;
  }

  get version(): number {
    return this.#image().offset;
  }

  /** Version of the last metadata that came with a new topic, as far as this broker saw. */
  get newTopicsVersion(): number {
    return this.#newTopicsVersion;
  }

  topicsCreated(version: number): void {
    this.#newTopicsVersion = version;
  }

  moment(): MetadataMoment {
    const { brokers, topicsByName } = this.#image();
    return { brokers, topics: topicsByName };
  }

  isNow(moment: MetadataMoment): boolean {
    const { brokers, topicsByName } = this.#image();
    return moment.brokers === brokers && moment.topics === topicsByName;
  }

  names(): Iterable<string> {
    return this.#image().topicsByName.keys();
  }

  idOf(name: string): string | undefined {
    return this.#image().topicsByName.get(name)?.id;
  }

  nameOf(topicId: string): string | undefined {
    return this.#image().topicsById.get(topicId)?.name;
  }

  partitionCount(topicId: string): number {
    return this.#image().topicsById.get(topicId)?.partitions.length ?? 0;
  }

  /** Ids of those that exist. */
  idsOf(names: Iterable<string>): Set<string> {
    const ids = new Set<string>();
    for (const name of names) {
      const topicId = this.idOf(name);
      if (topicId !== undefined) ids.add(topicId);
    }
    return ids;
  }

  /**
   * Differs, but for chance, when one of these topics comes, goes, or gets partitions or racks. 0 for none; the same
   * on every broker.
   */
  hashOf(names: ReadonlySet<string>): number {
    const { brokers, topicsByName } = this.#image();
    if (this.#hashedWith !== brokers) {
      this.#hashes = new WeakMap();
      this.#hashedWith = brokers;
    }
    const hashes: number[] = [];
    for (const name of names) {
      const topic = topicsByName.get(name);
      if (topic === undefined) continue;
      let hash = this.#hashes.get(topic);
      if (hash === undefined) {
        hash = hashOfText(textOf(topic, (id) => brokers.get(id)));
        this.#hashes.set(topic, hash);
      }
      hashes.push(hash);
    }
    return hashes.length === 0 ? 0 : hashOfText(hashes.sort((left, right) => left - right).join());
  }
}

function textOf(
  { id, name, partitions }: TopicImage,
  broker: (id: number) => BrokerImage | undefined,
): string {
  const racks = partitions.map(({ replicas }) =>
    replicas
      .map((replica) => broker(replica)?.rack ?? '')
      .filter(Boolean)
      .sort()
      .join(),
  );
  return [name, id, partitions.length, ...racks].join(';');
}

/** FNV-1a twice, with different beginnings, for 53 bits: what fits a number and an int64. */
function hashOfText(text: string): number {
  let low = 0x811c9dc5;
  let high = 0x01000193;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ (code + index), 0x01000193);
  }
  return (high & 0x1fffff) * 0x100000000 + (low >>> 0);
}
