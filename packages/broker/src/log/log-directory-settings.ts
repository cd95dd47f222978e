/** The broker's configs about its logs as a whole. */
export interface LogDirectorySettings {
  /** `num.recovery.threads.per.data.dir`: how many logs are read through, or closed, at once. */
  readonly recoveryThreads: number;
  /** `log.initial.task.delay.ms`: when the periodic tasks begin. */
  readonly initialTaskDelayMs: number;
  /** `log.retention.check.interval.ms` */
  readonly retentionCheckIntervalMs: number;
  /** `log.flush.offset.checkpoint.interval.ms` */
  readonly recoveryPointCheckpointIntervalMs: number;
  /** `log.flush.start.offset.checkpoint.interval.ms` */
  readonly logStartCheckpointIntervalMs: number;
  /** `replica.high.watermark.checkpoint.interval.ms` */
  readonly highWatermarkCheckpointIntervalMs: number;
  /** `producer.id.expiration.ms` */
  readonly producerIdExpirationMs: number;
  /** `producer.id.expiration.check.interval.ms` */
  readonly producerIdExpirationCheckIntervalMs: number;
  /** `log.segment.delete.delay.ms`: how long the directory of a deleted partition stays. */
  readonly fileDeleteDelayMs: number;
  /** `odradek.log.dir.min.free.bytes`; -1 leaves it to the free-space guard. */
  readonly minFreeBytes: number;
  /** Memory for the newest batches of all logs. */
  readonly tailCacheBytes: number;
}

/** Kafka's defaults; the tail cache is ours. */
export const DEFAULT_LOG_DIRECTORY_SETTINGS: LogDirectorySettings = {
  recoveryThreads: 2,
  initialTaskDelayMs: 30_000,
  retentionCheckIntervalMs: 300_000,
  recoveryPointCheckpointIntervalMs: 60_000,
  logStartCheckpointIntervalMs: 60_000,
  highWatermarkCheckpointIntervalMs: 5_000,
  producerIdExpirationMs: 86_400_000,
  producerIdExpirationCheckIntervalMs: 600_000,
  fileDeleteDelayMs: 60_000,
  minFreeBytes: -1,
  tailCacheBytes: 16 * 1024 * 1024,
};

/** What of the settings can change while logs are open. */
export type ChangeableSettings = Pick<
  LogDirectorySettings,
  'recoveryThreads' | 'producerIdExpirationMs' | 'fileDeleteDelayMs' | 'minFreeBytes'
>;
