import { recordsOf } from '../metadata/image-difference.ts';
import type { MetadataImage } from '../metadata/metadata-image.ts';
import { encodeMetadataRecord } from '../metadata/metadata-record.ts';
import type { MetadataQuorum } from '../raft/metadata-quorum.ts';
import type { Clock, Timer } from '../runtime/clock.ts';

export interface SnapshotScheduleNeeds {
  readonly quorum: Pick<MetadataQuorum, 'bytesSinceSnapshot' | 'takeSnapshot' | 'retainNow'>;
  readonly clock: Clock;
  /** What is committed. */
  readonly image: () => MetadataImage;
  /** `metadata.log.max.record.bytes.between.snapshots` */
  readonly maxBytes: number;
  /** `metadata.log.max.snapshot.interval.ms`; 0: time alone is no reason. */
  readonly intervalMs: number;
}

/** How many records are encoded in one turn of the event loop. */
const RECORDS_PER_TURN = 100;

/** How often it is looked whether parts of the log have grown too old. */
const RETENTION_CHECK_MS = 60_000;

/** Has every node take a snapshot of the metadata when its log has grown, or after a time in which it has changed. */
export class SnapshotSchedule {
  readonly #needs: SnapshotScheduleNeeds;
  #lastOffset = -1;
  #lastMs: number;
  #timer: Timer | null = null;
  #isStopped = false;

  constructor(needs: SnapshotScheduleNeeds) {
    this.#needs = needs;
    this.#lastMs = needs.clock.monotonicMs();
    this.#wait();
  }

  /** More was committed and published. */
  onCommitted(): void {
    const { quorum, maxBytes } = this.#needs;
    if (!this.#isStopped && quorum.bytesSinceSnapshot >= maxBytes) this.#take();
  }

  /** The image came from a snapshot that is there. */
  onSnapshot(offset: number): void {
    this.#lastOffset = Math.max(this.#lastOffset, offset - 1);
    this.#lastMs = this.#needs.clock.monotonicMs();
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  #wait(): void {
    const { clock, intervalMs } = this.#needs;
    const untilDueMs = intervalMs === 0 ? Infinity : this.#lastMs + intervalMs - clock.monotonicMs();
    this.#timer = clock.after(Math.max(1, Math.min(untilDueMs, RETENTION_CHECK_MS)), () => {
      this.#needs.quorum.retainNow();
      if (intervalMs > 0 && clock.monotonicMs() - this.#lastMs >= intervalMs) this.#take();
      if (!this.#isStopped) this.#wait();
    });
  }

  #take(): void {
    const { quorum, image: imageNow, clock } = this.#needs;
    this.#lastMs = clock.monotonicMs();
    const image = imageNow();
    if (image.offset <= this.#lastOffset) return;
    this.#lastOffset = image.offset;
    const id = { offset: image.offset + 1, epoch: image.epoch };
    quorum.takeSnapshot({ id, records: encodedRecords(image) });
  }
}

/** The records that make the image, as many at a time as may hold up the event loop. */
export function* encodedRecords(image: MetadataImage): Generator<readonly Uint8Array[]> {
  let values: Uint8Array[] = [];
  for (const record of recordsOf(image)) {
    values.push(encodeMetadataRecord(record));
    if (values.length < RECORDS_PER_TURN) continue;
    yield values;
    values = [];
  }
  if (values.length > 0) yield values;
}
