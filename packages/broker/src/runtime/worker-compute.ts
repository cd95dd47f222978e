import type { Compute, ComputeJob } from './compute.ts';
import { type ComputeTask, ComputeThread, type ComputeThreadListener } from './compute-thread.ts';
import { invariant } from './invariant.ts';
import { runOnThisThread } from './node-compute.ts';

export interface WorkerComputeOptions {
  /** The program of a thread: it calls `serveJobs` with the same jobs. */
  readonly entry: URL;
  /** Every job that may be run, by its name. */
  readonly jobs: ReadonlyMap<string, ComputeJob<unknown, unknown>>;
  /** How many threads there may be at once; asked when there is a job for one. */
  readonly threads: () => number;
  /** How long a thread without a job is kept. */
  readonly idleMs: number;
}

/** A smaller job is done sooner on this thread than it is copied to another. */
const OWN_THREAD_BYTES = 64 * 1024;

/**
 * Runs large jobs in worker threads, which are started when first needed and ended when idle: a thread costs some
 * fifteen megabytes. Jobs begin in the order they came.
 */
export class WorkerCompute implements Compute {
  readonly #options: WorkerComputeOptions;
  readonly #threads = new Set<ComputeThread>();
  readonly #waiting: ComputeTask[] = [];
  readonly #listener: ComputeThreadListener = {
    free: () => this.#assign(),
    ended: (thread) => {
      this.#threads.delete(thread);
      this.#assign();
    },
  };

  constructor(options: WorkerComputeOptions) {
    this.#options = options;
  }

  /** How many threads there are now. */
  get threadCount(): number {
    return this.#threads.size;
  }

  run<Input, Output>(
    job: ComputeJob<Input, Output>,
    input: Input,
    given: readonly ArrayBuffer[] = [],
  ): Promise<Output> {
    // Also for a small job: else it would be found out only when the job is a large one.
    invariant(this.#options.jobs.get(job.name) === job, `job ${job.name} is not registered`);
    if (job.sizeInBytes(input) < OWN_THREAD_BYTES) return runOnThisThread(job, input);
    return new Promise<Output>((resolve, reject) => {
      const done = (output: unknown): void => resolve(output as Output);
      this.#waiting.push({ job, input, given, resolve: done, reject });
      this.#assign();
    });
  }

  #assign(): void {
    while (this.#waiting.length > 0) {
      const thread = this.#freeThread();
      if (thread === null) return;
      const task = this.#waiting.shift();
      if (task !== undefined) thread.take(task);
    }
  }

  #freeThread(): ComputeThread | null {
    for (const thread of this.#threads) if (thread.isFree) return thread;
    const { entry, threads, idleMs } = this.#options;
    if (this.#threads.size >= threads()) return null;
    const started = new ComputeThread(entry, idleMs, this.#listener);
    this.#threads.add(started);
    return started;
  }
}
