/** What a broker's configs say about its cleaner. */
export interface CleanerSettings {
  /** `log.cleaner.enable` */
  readonly isEnabled: boolean;
  /** `log.cleaner.threads`: how many logs are cleaned at once. */
  readonly threads: number;
  /** `log.cleaner.dedupe.buffer.size`: memory for keys, of all cleanings together. */
  readonly dedupeBytes: number;
  /** `log.cleaner.io.buffer.load.factor`: how full that memory may get, from 0 to 1. */
  readonly dedupeLoadFactor: number;
  /** `log.cleaner.io.buffer.size`: memory for reads and writes, of all cleanings together. */
  readonly ioBufferBytes: number;
  /** `log.cleaner.io.max.bytes.per.second` */
  readonly ioBytesPerSecond: number;
  /** `log.cleaner.backoff.ms`: how long to wait when nothing is to be cleaned. */
  readonly backoffMs: number;
}

/** Kafka's defaults. */
export const DEFAULT_CLEANER_SETTINGS: CleanerSettings = {
  isEnabled: true,
  threads: 1,
  dedupeBytes: 128 * 1024 * 1024,
  dedupeLoadFactor: 0.9,
  ioBufferBytes: 512 * 1024,
  ioBytesPerSecond: Number.MAX_VALUE,
  backoffMs: 15_000,
};
