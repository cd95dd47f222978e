import type { BufferPool } from '../runtime/buffer-pool.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Disk } from '../runtime/disk.ts';
import type { Logger } from '../runtime/logger.ts';
import type { Random } from '../runtime/random.ts';
import type { FilePool } from './file-pool.ts';
import type { FlushRounds } from './flush-rounds.ts';
import type { IndexCache } from './index-cache.ts';
import type { ReadAhead } from './read-ahead.ts';
import type { ScanTally } from './scan-tally.ts';
import type { SpaceGuard } from './space-guard.ts';
import type { TailCache } from './tail-cache.ts';

/** The ports, and what all logs of one log directory share. */
export interface LogEnvironment {
  readonly clock: Clock;
  readonly random: Random;
  readonly disk: Disk;
  readonly buffers: BufferPool;
  readonly logger: Logger;
  readonly files: FilePool;
  readonly indexes: IndexCache;
  readonly tails: TailCache;
  readonly readAhead: ReadAhead;
  readonly scans: ScanTally;
  readonly flushes: FlushRounds;
  readonly space: SpaceGuard;
}

/** A partition by the name of its topic. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}
