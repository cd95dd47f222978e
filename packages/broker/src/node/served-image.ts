import type { MetadataDelta } from '../metadata/metadata-delta.ts';
import { EMPTY_IMAGE, type MetadataImage, NO_LEADER, type TopicImage } from '../metadata/metadata-image.ts';
import type { MetadataSubscriber } from '../metadata/metadata-publisher.ts';
import { LOST_DIRECTORY } from '../metadata/partition-image.ts';

/** Partitions of this broker, as far as clients are concerned. */
export interface LocalPartitions {
  /** Resolves when every log that was to be opened so far is. */
  settled(): Promise<void>;
  /** Those whose disk does not let them be served. */
  outOfReach(): Iterable<{ readonly topicId: string; readonly partition: number }>;
}

/**
 * The image that clients are answered from. It follows the metadata as soon as the partitions of a step are open
 * here, so that a topic which clients see can be written to. Partitions whose log directory is offline have no leader
 * in it and a replica in a lost directory: what the controller would say, were there other brokers to choose from.
 */
export class ServedImage implements MetadataSubscriber {
  readonly #nodeId: number;
  readonly #partitions: LocalPartitions;
  #published: MetadataImage = EMPTY_IMAGE;
  #image: MetadataImage = EMPTY_IMAGE;
  #last: Promise<void> = Promise.resolve();

  constructor(nodeId: number, partitions: LocalPartitions) {
    this.#nodeId = nodeId;
    this.#partitions = partitions;
  }

  get image(): MetadataImage {
    return this.#image;
  }

  onMetadata(_delta: MetadataDelta, image: MetadataImage): void {
    this.#last = Promise.all([this.#last, this.#partitions.settled()]).then(() => {
      this.#published = image;
      this.refresh();
    });
  }

  /** Partitions have come to be out of reach, or are within it again. */
  refresh(): void {
    const topics = new Map<string, TopicImage>();
    for (const { topicId, partition } of this.#partitions.outOfReach()) {
      const topic = topics.get(topicId) ?? this.#published.topicsById.get(topicId);
      if (topic !== undefined) topics.set(topicId, this.#without(topic, partition));
    }
    const changed = [...topics.values()];
    this.#image =
      changed.length === 0
        ? this.#published
        : {
            ...this.#published,
            topicsById: this.#published.topicsById.with(changed.map((topic) => [topic.id, topic])),
            topicsByName: this.#published.topicsByName.with(changed.map((topic) => [topic.name, topic])),
          };
  }

  #without(topic: TopicImage, index: number): TopicImage {
    const partition = topic.partitions[index];
    if (partition === undefined) return topic;
    const directories = partition.replicas.map((id, position) =>
      id === this.#nodeId ? LOST_DIRECTORY : (partition.directories[position] ?? LOST_DIRECTORY),
    );
    const leader = partition.leader === this.#nodeId ? NO_LEADER : partition.leader;
    // Out of the in-sync replicas, and the one that may lead when it is back (KIP-966).
    const isr = partition.isr.filter((id) => id !== this.#nodeId);
    const isLast = isr.length === 0 && partition.isr.length > 0;
    const eligibleLeaderReplicas = isLast ? partition.isr : partition.eligibleLeaderReplicas;
    const changed = { ...partition, directories, leader, isr, eligibleLeaderReplicas };
    return { ...topic, partitions: topic.partitions.with(index, changed) };
  }

  /** Resolves when everything published so far is served. */
  caughtUp(): Promise<void> {
    return this.#last;
  }
}
