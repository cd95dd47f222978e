import type { MetadataDelta } from './metadata/metadata-delta.ts';
import { EMPTY_IMAGE, type MetadataImage } from './metadata/metadata-image.ts';
import type { MetadataSubscriber } from './metadata/metadata-publisher.ts';

/**
 * The image that clients are answered from. It follows the metadata as soon as the partitions of a step are open
 * here, so that a topic which clients see can be written to.
 */
export class ServedImage implements MetadataSubscriber {
  readonly #partitionsSettled: () => Promise<void>;
  #image: MetadataImage = EMPTY_IMAGE;
  #last: Promise<void> = Promise.resolve();

  constructor(partitionsSettled: () => Promise<void>) {
    this.#partitionsSettled = partitionsSettled;
  }

  get image(): MetadataImage {
    return this.#image;
  }

  onMetadata(_delta: MetadataDelta, image: MetadataImage): void {
    this.#last = Promise.all([this.#last, this.#partitionsSettled()]).then(() => {
      this.#image = image;
    });
  }

  /** Resolves when everything published so far is served. */
  caughtUp(): Promise<void> {
    return this.#last;
  }
}
