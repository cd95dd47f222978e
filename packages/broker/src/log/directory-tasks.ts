import type { Clock } from '../runtime/clock.ts';
import type { CheckpointKind } from './directory-checkpoints.ts';
import type { LogDirectorySettings } from './log-directory-settings.ts';
import type { PartitionLog } from './partition-log.ts';
import type { PeriodicTasks } from './periodic-tasks.ts';

export interface DirectoryTasksNeeds {
  readonly clock: Clock;
  /** As they are at the time. */
  readonly settings: () => LogDirectorySettings;
  /** All that are open at the time. */
  readonly logs: () => Iterable<PartitionLog>;
  readonly checkpoint: (kind: CheckpointKind) => Promise<void>;
}

/** Begins what a log directory does every so often: retention, expiry of producers, checkpoints. */
export function beginDirectoryTasks(tasks: PeriodicTasks, needs: DirectoryTasksNeeds): void {
  const { clock, settings, logs, checkpoint } = needs;
  const intervals = settings();
  tasks.every(intervals.retentionCheckIntervalMs, async () => {
    const nowMs = clock.wallMs();
    for (const log of [...logs()]) if (!log.isUnused) await log.applyRetention(nowMs);
  });
  tasks.every(intervals.producerIdExpirationCheckIntervalMs, async () => {
    for (const log of logs()) log.removeExpiredProducers(settings().producerIdExpirationMs);
  });
  tasks.every(intervals.recoveryPointCheckpointIntervalMs, () => checkpoint('recoveryPoint'));
  tasks.every(intervals.logStartCheckpointIntervalMs, () => checkpoint('logStart'));
  tasks.every(intervals.highWatermarkCheckpointIntervalMs, () => checkpoint('highWatermark'));
}
