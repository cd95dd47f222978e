import type { Compute } from '../../src/runtime/compute.ts';
import type { SeededRandom } from '../seeded-random.ts';
import type { Incarnation } from './incarnation.ts';

const JOB_MS_MAX = 5;

/** Runs each job at once and tells its result at a drawn later time, so that jobs overtake each other. */
export function simulatedCompute(incarnation: Incarnation, random: SeededRandom): Compute {
  return {
    run: async (job, input, given = []) => {
      const delayMs = random.fraction() * JOB_MS_MAX;
      const done = new Promise<void>((resolve) => {
        incarnation.after(delayMs, `compute ${job.name}`, resolve);
      });
      // A clone, as a thread would get one: the job shares nothing with its caller that is not shared by name.
      const output = Promise.resolve(structuredClone(input, { transfer: [...given] })).then((own) =>
        job.run(own),
      );
      // The job's failure is told when it is due, like its result.
      output.catch(() => {});
      await done;
      return output;
    },
  };
}
