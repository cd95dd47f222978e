import { filterBatchesJob, indexKeysJob } from '../log/cleaning-jobs.ts';
import { openRecordsJob } from '../log/recompression.ts';
import { compressJob, decompressJob } from '../protocol/compression.ts';
import type { ComputeJob } from '../runtime/compute.ts';

const jobs: readonly ComputeJob<unknown, unknown>[] = [
  compressJob,
  decompressJob,
  indexKeysJob,
  filterBatchesJob,
  openRecordsJob,
];

/** Every job that the broker gives to its `Compute`, by name: for the loop's thread and for the worker threads. */
export const computeJobs: ReadonlyMap<string, ComputeJob<unknown, unknown>> = new Map(
  jobs.map((job) => [job.name, job]),
);
