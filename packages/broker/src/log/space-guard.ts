import type { Clock, Timer } from '../runtime/clock.ts';
import { DiskError } from '../runtime/disk.ts';
import type { Logger } from '../runtime/logger.ts';
import { isPassing } from '../runtime/passing-error.ts';
import type { AppendOrigin } from './append-outcome.ts';

/** `odradek.log.dir.min.free.bytes`: the guard chooses for itself. */
export const AUTOMATIC_MIN_FREE_BYTES = -1;

/** What is kept free unless the config says otherwise: room for the indexes of many segments and for the metadata. */
const KEPT_FREE_BYTES = 64 * 1024 * 1024;
/** On a small file system that would be most of it. */
const KEPT_FREE_SHARE = 0.05;

/** How often the space is looked at, and how often when there is little of it. */
const POLL_MS = 10_000;
const POLL_NEAR_MS = 500;
/** Little is less than so many times what is kept free. */
const NEAR_FACTOR = 8;
/** Of the bytes that are left above what is kept free, this share may be written before the next look. */
const SHARE_BETWEEN_LOOKS = 0.25;
/** How long a disk is believed that says it is full, whatever its free bytes: quotas and inodes run out too. */
const BELIEVED_MS = { first: 1000, most: 30_000 };
/** There must be so many times what is kept free before appends are taken again. */
const RECOVERY_FACTOR = 1.25;
/** Coordinators go on until so much of what is kept free is used up. */
const COORDINATOR_SHARE = 0.5;

export interface SpaceGuardOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly path: string;
  /** Looks at the directory and the space there. Rejects with a `DiskError`. */
  readonly look: () => Promise<DirectorySpace>;
  readonly minFreeBytes: () => number;
  /** Told when there has come to be too little space, and when there is enough again. */
  readonly onChanged: (isLow: boolean) => void;
  /** Told when the directory cannot be looked at any more. */
  readonly onLost: (error: DiskError) => void;
}

/** The space of a log directory as it was last seen. */
export interface DirectorySpace {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/**
 * Keeps a log directory from filling its disk: appends of clients are refused while some space is left, so that what
 * frees space, and the metadata, can still be written. It looks at the free bytes now and then, more often when they
 * are few, and counts what is appended in between.
 */
export class SpaceGuard {
  readonly #options: SpaceGuardOptions;
  #space: DirectorySpace | null = null;
  /** What was appended since the space was looked at. */
  #appendedBytes = 0;
  /** The disk said that it is full, whatever the number of free bytes. */
  #fullUntilMs = Number.NEGATIVE_INFINITY;
  #believedMs = BELIEVED_MS.first;
  #isLow = false;
  #timer: Timer | null = null;
  #looking: Promise<void> | null = null;
  #isStopped = false;

  constructor(options: SpaceGuardOptions) {
    this.#options = options;
  }

  /** As it was last seen; null before the first look. */
  get space(): DirectorySpace | null {
    return this.#space;
  }

  /** Whether appends of clients are refused at present. */
  get isLow(): boolean {
    return this.#isLow;
  }

  /** What is to stay free. */
  get minFreeBytes(): number {
    const configured = this.#options.minFreeBytes();
    if (configured !== AUTOMATIC_MIN_FREE_BYTES) return configured;
    const share = Math.floor((this.#space?.totalBytes ?? Number.POSITIVE_INFINITY) * KEPT_FREE_SHARE);
    return Math.min(KEPT_FREE_BYTES, share);
  }

  /** Looks at the space and goes on doing so. Resolves after the first look; never rejects. */
  start(): Promise<void> {
    return this.#look();
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  /** Counts an append in. Whether it must be refused for want of space; a log of metadata never is. */
  refuses(origin: AppendOrigin, sizeInBytes: number): boolean {
    if (origin === 'raft' || this.#space === null) return false;
    const left = this.#space.freeBytes - this.#appendedBytes - sizeInBytes;
    const kept = this.minFreeBytes * (origin === 'client' ? 1 : COORDINATOR_SHARE);
    if (left < kept || this.#options.clock.monotonicMs() < this.#fullUntilMs) {
      this.#becomeLow();
      return true;
    }
    this.#appendedBytes += sizeInBytes;
    if (this.#appendedBytes > (left - kept) * SHARE_BETWEEN_LOOKS) void this.#look();
    return false;
  }

  /** The disk has said that it is full. */
  noteFull(error: DiskError): void {
    const nowMs = this.#options.clock.monotonicMs();
    const isAgain = nowMs < this.#fullUntilMs + 2 * this.#believedMs;
    this.#believedMs = isAgain ? Math.min(2 * this.#believedMs, BELIEVED_MS.most) : BELIEVED_MS.first;
    this.#fullUntilMs = nowMs + this.#believedMs;
    this.#options.logger.debug({ path: error.path, code: error.code }, 'The disk is full');
    this.#becomeLow();
  }

  #becomeLow(): void {
    if (this.#isLow) return;
    this.#isLow = true;
    void this.#look();
    const { path, logger, onChanged } = this.#options;
    logger.warn(
      { directory: path, freeBytes: this.#space?.freeBytes, minFreeBytes: this.minFreeBytes },
      'There is little space left: records of clients are refused until there is more',
    );
    onChanged(true);
  }

  #look(): Promise<void> {
    this.#looking ??= this.#lookNow().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  async #lookNow(): Promise<void> {
    const { look, onLost } = this.#options;
    const appendedBefore = this.#appendedBytes;
    try {
      this.#space = await look();
      // What was appended while the disk was asked may not be in its answer.
      this.#appendedBytes -= appendedBefore;
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      if (!isPassing(error) && !this.#isStopped) onLost(error);
    }
    this.#judge();
    this.#lookAgain();
  }

  #judge(): void {
    if (!this.#isLow || this.#space === null || this.#isStopped) return;
    const { clock, logger, path, onChanged } = this.#options;
    const isEnough = this.#space.freeBytes >= RECOVERY_FACTOR * this.minFreeBytes;
    if (!isEnough || clock.monotonicMs() < this.#fullUntilMs) return;
    this.#isLow = false;
    logger.info({ directory: path, freeBytes: this.#space.freeBytes }, 'There is space again');
    onChanged(false);
  }

  #lookAgain(): void {
    if (this.#isStopped) return;
    this.#timer?.cancel();
    const free = this.#space?.freeBytes ?? 0;
    const isNear = this.#isLow || free < NEAR_FACTOR * this.minFreeBytes;
    this.#timer = this.#options.clock.after(isNear ? POLL_NEAR_MS : POLL_MS, () => void this.#look());
  }
}
