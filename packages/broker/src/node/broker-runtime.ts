import { existsSync } from 'node:fs';
import type { Compute } from '../runtime/compute.ts';
import type { LogLevel } from '../runtime/json-logger.ts';
import { nodeCompute } from '../runtime/node-compute.ts';
import { type NodeRuntime, nodeRuntime } from '../runtime/node-runtime.ts';
import { WorkerCompute } from '../runtime/worker-compute.ts';
import { computeJobs } from './compute-jobs.ts';

/** More would take processors from the event loops of the machine's other brokers. */
const THREADS_MAX = 2;

/** Longer than the pauses of a cleaner at work, shorter than those between its rounds. */
const IDLE_THREAD_MS = 5_000;

/** The ports of this machine, with worker threads for the jobs of a broker. */
export function brokerRuntime(options: { logLevel?: LogLevel } = {}): NodeRuntime {
  return nodeRuntime({ ...options, compute: workerThreads() });
}

function workerThreads(): Compute {
  const isSource = import.meta.url.endsWith('.ts');
  const entry = new URL(isSource ? '../compute-worker.ts' : './compute-worker.js', import.meta.url);
  // Whoever bundles the library into a program of their own may have left the thread's program out.
  if (!existsSync(entry)) return nodeCompute;
  return new WorkerCompute({ entry, jobs: computeJobs, threads: threadsMax, idleMs: IDLE_THREAD_MS });
}

function threadsMax(): number {
  const { availableParallelism } = process.getBuiltinModule('node:os');
  return Math.max(1, Math.min(THREADS_MAX, availableParallelism() - 1));
}
