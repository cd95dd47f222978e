import type { BufferPool } from './buffer-pool.ts';
import type { Clock } from './clock.ts';
import type { Compute } from './compute.ts';
import type { Disk } from './disk.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';
import type { Network } from './network.ts';
import type { Random } from './random.ts';

/**
 * All ports of one incarnation of one node. After a crash in the simulator, or after `close`, none of them
 * resolves or has effect for the incarnation that held them.
 */
export interface Runtime {
  readonly clock: Clock;
  readonly random: Random;
  readonly disk: Disk;
  readonly network: Network;
  readonly buffers: BufferPool;
  readonly compute: Compute;
  readonly logger: Logger;
  readonly metrics: Metrics;
}
