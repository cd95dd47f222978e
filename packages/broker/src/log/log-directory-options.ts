import type { BufferPool } from '../runtime/buffer-pool.ts';
import type { Clock } from '../runtime/clock.ts';
import type { DiskError } from '../runtime/disk.ts';
import type { Logger } from '../runtime/logger.ts';
import type { DirectoryClaim } from './directory-claim.ts';
import type { LogDirectorySettings } from './log-directory-settings.ts';

export interface LogDirectoryOptions extends DirectoryClaim {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly buffers: BufferPool;
  readonly settings?: Partial<LogDirectorySettings>;
  /** Told once when the disk has refused: all logs of the directory are offline. */
  readonly onOffline: (error: DiskError) => void;
  /** Told when appends of clients are refused for want of space, and when they are taken again. */
  readonly onSpace?: (isLow: boolean) => void;
}
