import { threadId } from 'node:worker_threads';
import type { ComputeJob } from '../../src/runtime/compute.ts';

/** Jobs that do to their thread what real ones should not. */

export const threadOf: ComputeJob<Uint8Array, number> = {
  name: 'thread-of',
  run: () => threadId,
  sizeInBytes: (bytes) => bytes.length,
};

export const spin: ComputeJob<{ bytes: Uint8Array; milliseconds: number; bad?: () => void }, null> = {
  name: 'spin',
  run: ({ milliseconds }) => {
    const end = performance.now() + milliseconds;
    while (performance.now() < end);
    return null;
  },
  sizeInBytes: ({ bytes }) => bytes.length,
};

export const increment: ComputeJob<Uint8Array, Uint8Array> = {
  name: 'increment',
  run: (bytes) => {
    for (let at = 0; at < bytes.length; at++) bytes[at] = (bytes[at] ?? 0) + 1;
    return bytes;
  },
  sizeInBytes: (bytes) => bytes.length,
  ownArrays: (bytes) => [bytes],
};

export const fail: ComputeJob<Uint8Array, never> = {
  name: 'fail',
  run: (bytes) => {
    throw new RangeError(`no good: ${bytes.length}`);
  },
  sizeInBytes: (bytes) => bytes.length,
  errorFrom: (_name, message) => new RangeError(message),
};

export const die: ComputeJob<Uint8Array, never> = {
  name: 'die',
  run: () => process.exit(3),
  sizeInBytes: (bytes) => bytes.length,
};

export const testJobs = new Map<string, ComputeJob<unknown, unknown>>(
  [threadOf, spin, increment, fail, die].map((job) => [job.name, job]),
);
