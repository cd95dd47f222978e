import type { Gauge, Metrics } from '../runtime/metrics.ts';
import type { CleaningCounts } from './cleaning-run.ts';

/** The numbers of Kafka's LogCleaner and LogCleanerManager. */
export class CleanerMetrics {
  readonly #maxDirtyPercent: Gauge;
  readonly #uncleanablePartitions: Gauge;
  readonly #maxCompactionDelay: Gauge;
  readonly #maxCleanTime: Gauge;
  readonly #recopyPercent: Gauge;
  readonly #bufferUtilization: Gauge;

  constructor(metrics: Metrics) {
    const manager = 'kafka_log_logcleanermanager_';
    const cleaner = 'kafka_log_logcleaner_';
    this.#maxDirtyPercent = metrics.gauge(
      `${manager}max_dirty_percent`,
      'Share of bytes not yet cleaned in the compacted log that has most of them',
    );
    this.#uncleanablePartitions = metrics.gauge(
      `${manager}uncleanable_partitions_count`,
      'Compacted partitions that could not be cleaned',
    );
    this.#maxCompactionDelay = metrics.gauge(
      `${cleaner}max_compaction_delay_secs`,
      'How long a record should have been compacted by max.compaction.lag.ms',
    );
    this.#maxCleanTime = metrics.gauge(`${cleaner}max_clean_time_secs`, 'How long the last cleaning took');
    this.#recopyPercent = metrics.gauge(
      `${cleaner}cleaner_recopy_percent`,
      'Share of the bytes read by the last cleaning that were written again',
    );
    this.#bufferUtilization = metrics.gauge(
      `${cleaner}max_buffer_utilization_percent`,
      'How full of keys the memory of the last cleaning was',
    );
  }

  noteLook(dirtyRatio: number, overdueMs: number): void {
    this.#maxDirtyPercent.set(Math.floor(dirtyRatio * 100));
    this.#maxCompactionDelay.set(Math.floor(overdueMs / 1000));
  }

  noteUncleanable(directory: string, count: number): void {
    this.#uncleanablePartitions.set(count, { logDirectory: directory });
  }

  noteCleaned(counts: CleaningCounts, tookMs: number): void {
    this.#maxCleanTime.set(Math.floor(tookMs / 1000));
    this.#recopyPercent.set(Math.floor((100 * counts.bytesWritten) / Math.max(1, counts.bytesRead)));
    this.#bufferUtilization.set(Math.floor(counts.mapUse * 100));
  }
}
