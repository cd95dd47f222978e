import type { BufferPool } from '../runtime/buffer-pool.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Disk, DiskError } from '../runtime/disk.ts';
import type { Logger } from '../runtime/logger.ts';
import type { Random } from '../runtime/random.ts';
import { META_PROPERTIES } from './directory-files.ts';
import { FilePool } from './file-pool.ts';
import { FlushRounds } from './flush-rounds.ts';
import { IndexCache } from './index-cache.ts';
import type { LogEnvironment } from './log-environment.ts';
import { ReadAhead } from './read-ahead.ts';
import { ScanTally } from './scan-tally.ts';
import { SpaceGuard } from './space-guard.ts';
import { TailCache } from './tail-cache.ts';

/** Open files that nobody is using are kept up to this number. */
const IDLE_FILES = 512;

/** Memory for what readers will ask for next: of 16 partitions that one consumer reads, as clients ask by default. */
const READ_AHEAD_BYTES = 16 * 1024 * 1024;

/** Memory for the indexes of closed segments. */
const INDEX_CACHE_BYTES = 8 * 1024 * 1024;

/** What all logs of a directory share. */
export function directoryEnvironment(
  options: {
    readonly path: string;
    readonly clock: Clock;
    readonly random: Random;
    readonly disk: Disk;
    readonly logger: Logger;
    readonly buffers: BufferPool;
    readonly onSpace?: (isLow: boolean) => void;
  },
  directory: {
    readonly tailCacheBytes: number;
    readonly minFreeBytes: () => number;
    /** The file system is there no more. */
    readonly onLost: (error: DiskError) => void;
  },
): LogEnvironment {
  const { clock, random, disk, logger, buffers, path } = options;
  return {
    ...{ clock, random, disk, logger, buffers },
    files: new FilePool(disk, IDLE_FILES),
    indexes: new IndexCache(INDEX_CACHE_BYTES),
    tails: new TailCache(directory.tailCacheBytes, buffers),
    readAhead: new ReadAhead(clock, buffers, READ_AHEAD_BYTES),
    scans: new ScanTally(),
    flushes: new FlushRounds((task) => clock.soon(task)),
    space: new SpaceGuard({
      ...{ clock, logger, path },
      look: async () => {
        // The file system is there also when the directory is not.
        await disk.stat(`${path}/${META_PROPERTIES}`);
        return disk.space(path);
      },
      onLost: directory.onLost,
      minFreeBytes: directory.minFreeBytes,
      onChanged: (isLow) => options.onSpace?.(isLow),
    }),
  };
}
