import { isMarkedAsUntransferable, parentPort } from 'node:worker_threads';
import type { ComputeJob } from './compute.ts';
import { invariant } from './invariant.ts';

/** What the loop's thread asks a worker thread for. */
export interface JobRequest {
  readonly name: string;
  readonly input: unknown;
}

/** What became of it. Errors travel in parts: a clone would lose their class. */
export type JobAnswer =
  | { readonly kind: 'done'; readonly output: unknown }
  | {
      readonly kind: 'failed';
      readonly name: string;
      readonly message: string;
      readonly stack: string | undefined;
    };

/** Makes this worker thread do the jobs it is asked for, one after another. */
export function serveJobs(jobs: ReadonlyMap<string, ComputeJob<unknown, unknown>>): void {
  const port = parentPort;
  invariant(port !== null, 'jobs are served in a worker thread');
  port.on('message', async ({ name, input }: JobRequest) => {
    try {
      const job = jobs.get(name);
      invariant(job !== undefined, `job ${name} is not registered`);
      const output = await job.run(input);
      const answer: JobAnswer = { kind: 'done', output };
      port.postMessage(answer, movable(job.ownArrays?.(output) ?? []));
    } catch (error) {
      port.postMessage(failed(error));
    }
  });
}

/**
 * Only a buffer that holds nothing else may move, and that is node's own: those of native codecs are memory of
 * theirs. The others are copied.
 */
function movable(arrays: readonly Uint8Array[]): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const { buffer, byteLength } of arrays) {
    const isWhole = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
    if (isWhole && !isMarkedAsUntransferable(buffer)) buffers.add(buffer);
  }
  return [...buffers];
}

function failed(error: unknown): JobAnswer {
  if (!(error instanceof Error)) {
    return { kind: 'failed', name: 'Error', message: String(error), stack: undefined };
  }
  const { name, message, stack } = error;
  return { kind: 'failed', name, message, stack };
}
