import { KRAFT_VERSION_FEATURE } from '../metadata/feature-names.ts';
import { deltaBetween } from '../metadata/image-difference.ts';
import { MetadataDelta } from '../metadata/metadata-delta.ts';
import { EMPTY_IMAGE, type MetadataImage } from '../metadata/metadata-image.ts';
import { decodeMetadataRecord, type MetadataRecord } from '../metadata/metadata-record.ts';
import type { MetadataBatch } from '../raft/loaded-batch.ts';
import type { SnapshotReplay } from '../raft/quorum-listener.ts';

/** What one decision of a controller makes of the metadata. */
export interface DecidedStep {
  readonly records: readonly MetadataRecord[];
  readonly delta: MetadataDelta;
  readonly image: MetadataImage;
}

/**
 * Turns what is committed into images, on every node, whoever the controller is. Batches that are replayed together
 * are published as one step.
 */
export class MetadataReplay {
  readonly #publish: (delta: MetadataDelta, image: MetadataImage) => void;
  readonly #isDue: (image: MetadataImage) => boolean;
  #hasPublished = false;
  #image: MetadataImage = EMPTY_IMAGE;
  /** Replayed and not published yet. */
  #open: MetadataDelta | null = null;
  #position = { offset: -1, epoch: -1 };

  /** Before `isDue` says so of an image, nothing is published; then everything is, as one step. */
  constructor(
    publish: (delta: MetadataDelta, image: MetadataImage) => void,
    isDue: (image: MetadataImage) => boolean = () => true,
  ) {
    this.#publish = publish;
    this.#isDue = isDue;
  }

  /** With everything that was published. */
  get image(): MetadataImage {
    return this.#image;
  }

  /** With everything that was replayed. */
  replayed(): MetadataImage {
    return this.#open === null ? this.#image : this.#open.imageAt(this.#position);
  }

  replay(batch: MetadataBatch): void {
    replayBatch(this.#delta(), batch);
    this.#position = { offset: batch.lastOffset, epoch: batch.epoch };
  }

  /** What is in a snapshot takes the place of all that was replayed; the difference is published as one step. */
  replaySnapshot(): SnapshotReplay {
    const whole = new MetadataDelta(EMPTY_IMAGE);
    return {
      take: (batch) => replayBatch(whole, batch),
      end: ({ offset, epoch }) => {
        this.#position = { offset: offset - 1, epoch };
        const isFirst = this.#image === EMPTY_IMAGE;
        this.#open = isFirst ? whole : deltaBetween(this.#image, whole.imageAt(this.#position));
      },
    };
  }

  /** Takes what this node decided itself, which nobody has to decode again. */
  adopt({ records, delta, image }: DecidedStep): void {
    this.#position = image;
    if (this.#hasPublished && this.#open === null && delta.base.offset === this.#image.offset) {
      this.#image = image;
      this.#publish(delta, image);
      return;
    }
    const open = this.#delta();
    for (const record of records) open.replay(record);
  }

  publish(): void {
    const delta = this.#open;
    if (delta === null) return;
    const image = delta.imageAt(this.#position);
    this.#hasPublished ||= this.#isDue(image);
    if (!this.#hasPublished) return;
    this.#image = image;
    this.#open = null;
    this.#publish(delta, this.#image);
  }

  #delta(): MetadataDelta {
    this.#open ??= new MetadataDelta(this.#image);
    return this.#open;
  }
}

function replayBatch(delta: MetadataDelta, { records, controlRecords }: MetadataBatch): void {
  for (const value of records) delta.replay(decodeMetadataRecord(value));
  for (const record of controlRecords) {
    if (record.kind === 'kraftVersion') delta.setFeatureLevel(KRAFT_VERSION_FEATURE, record.level);
  }
}
