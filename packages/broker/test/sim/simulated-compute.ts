import type { Compute } from '../../src/runtime/compute.ts';
import type { SeededRandom } from '../seeded-random.ts';
import type { Incarnation } from './incarnation.ts';

const JOB_MS_MAX = 5;

/** Runs each job at once and tells its result at a drawn later time, so that jobs overtake each other. */
export function simulatedCompute(incarnation: Incarnation, random: SeededRandom): Compute {
  return {
    run: async (job, input) => {
      const delayMs = random.fraction() * JOB_MS_MAX;
      const done = new Promise<void>((resolve) => {
        incarnation.after(delayMs, `compute ${job.name}`, resolve);
      });
      const output = Promise.resolve(input).then((given) => job.run(given));
      // The job's failure is told when it is due, like its result.
      output.catch(() => {});
      await done;
      return output;
    },
  };
}
