import { expect, test } from 'vitest';
import { compressJob, decompressJob } from '../protocol/compression.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import { COMPRESSION_TYPES } from '../protocol/record-batch.ts';
import { WorkerCompute } from '../runtime/worker-compute.ts';
import { computeJobs } from './compute-jobs.ts';

const threads = new WorkerCompute({
  entry: new URL('../compute-worker.ts', import.meta.url),
  jobs: computeJobs,
  threads: () => 1,
  idleMs: 100,
});

test.each(COMPRESSION_TYPES)('%s goes to a thread and comes back', async (type) => {
  const content = new Uint8Array(1_000_000).map((_, at) => at * 31 + (at >> 9));
  const bytes = await threads.run(compressJob, { type, bytes: content });
  const opened = await threads.run(decompressJob, { type, bytes, maxBytes: content.length });
  expect(Buffer.compare(opened, content)).toBe(0);
});

test('damaged content is a ProtocolError from a thread too', async () => {
  const bytes = new Uint8Array(1_000_000).fill(9);
  const opening = threads.run(decompressJob, { type: 'zstd', bytes, maxBytes: 1_000_000 });
  await expect(opening).rejects.toThrow(ProtocolError);
});
