import type { Compute } from './compute.ts';
import { jsonLogger, type LogLevel } from './json-logger.ts';
import { NodeBufferPool } from './node-buffer-pool.ts';
import { nodeClock } from './node-clock.ts';
import { nodeCompute } from './node-compute.ts';
import { nodeDiskNoting } from './node-disk.ts';
import { nodeNetworkOver } from './node-network.ts';
import { nodeRandom } from './node-random.ts';
import { PrometheusMetrics } from './prometheus-metrics.ts';
import type { Runtime } from './runtime.ts';

/** The ports of this machine, and the registry behind them that a metrics endpoint prints. */
export interface NodeRuntime extends Runtime {
  readonly metrics: PrometheusMetrics;
}

/**
 * The ports of a real broker. `logLevel` is `info` unless given; logs go to standard error. Jobs run on this thread
 * unless `compute` has others.
 */
export function nodeRuntime(options: { logLevel?: LogLevel; compute?: Compute } = {}): NodeRuntime {
  const buffers = new NodeBufferPool();
  const metrics = new PrometheusMetrics();
  const syncs = metrics.durations(
    'kafka_log_logflushstats_logflushrateandtime_seconds',
    'How long syncs of files took, of the metadata log and of partitions',
  );
  return {
    clock: nodeClock,
    random: nodeRandom(),
    disk: nodeDiskNoting(syncs),
    network: nodeNetworkOver(buffers),
    buffers,
    compute: options.compute ?? nodeCompute,
    logger: jsonLogger(options.logLevel ?? 'info'),
    metrics,
  };
}
