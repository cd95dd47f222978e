import type { Compute, ComputeJob } from './compute.ts';

/**
 * Runs each job on this thread, one per turn of the event loop and in order, so that requests pass between two
 * jobs. The jobs of today (one batch to decompress) are shorter than the way to a worker thread and back.
 */
export const nodeCompute: Compute = { run };

function run<Input, Output>(job: ComputeJob<Input, Output>, input: Input): Promise<Output> {
  return new Promise((resolve, reject) => {
    setImmediate(() => {
      // A job that throws must reject its own promise; an exception here would end the process.
      try {
        resolve(job.run(input));
      } catch (error) {
        reject(error);
      }
    });
  });
}
