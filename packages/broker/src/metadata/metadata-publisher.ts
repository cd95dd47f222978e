import type { MetadataDelta } from './metadata-delta.ts';
import { EMPTY_IMAGE, type MetadataImage } from './metadata-image.ts';

/** A part of the broker that follows the metadata. It is told of each step once, in order. */
export interface MetadataSubscriber {
  onMetadata(delta: MetadataDelta, image: MetadataImage): void;
}

/**
 * Hands every committed step of the metadata to the broker's parts, always in the same order, so that a later one
 * finds what an earlier one made: log directories and partitions, replica fetchers, coordinators, configs, then
 * the caches that Metadata answers come from.
 */
export class MetadataPublisher {
  readonly #subscribers: readonly MetadataSubscriber[];
  #image: MetadataImage = EMPTY_IMAGE;

  constructor(subscribers: readonly MetadataSubscriber[]) {
    this.#subscribers = subscribers;
  }

  /** The newest image that every subscriber has seen. */
  get image(): MetadataImage {
    return this.#image;
  }

  publish(delta: MetadataDelta, image: MetadataImage): void {
    for (const subscriber of this.#subscribers) {
      subscriber.onMetadata(delta, image);
    }
    this.#image = image;
  }
}
