import type { Compute, ComputeJob } from './compute.ts';

/**
 * Runs each job on this thread, one per turn of the event loop and in order, so that requests pass between two
 * jobs.
 */
export const nodeCompute: Compute = { run: runOnThisThread };

export function runOnThisThread<Input, Output>(
  job: ComputeJob<Input, Output>,
  input: Input,
): Promise<Output> {
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
