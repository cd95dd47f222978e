import { expect, test } from 'vitest';
import { batchOf } from '../../test/log/log-bed.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { assignOffsets, lastOffsetDeltaAt } from '../protocol/record-batch.ts';
import { AssignedAppends } from './assigned-appends.ts';
import { applyBatch } from './producer-append.ts';
import { ProducerState } from './producer-state.ts';

class Written {
  readonly producers = new ProducerState(0);
  logEndOffset = 0;

  write(bytes: Uint8Array): void {
    applyBatch(this.producers, bytes, 0);
    this.logEndOffset = this.producers.endOffset;
  }
}

function from(baseSequence: number, producerEpoch = 0): Uint8Array {
  return batchOf(['a', 'b'], { producerId: 5, producerEpoch, baseSequence });
}

/** Admits the batch and lets it be on its way; returns how its write ends. */
function take(assigned: AssignedAppends, bytes: Uint8Array): PromiseWithResolvers<number> {
  const admission = assigned.admit(bytes, { origin: 'client' });
  if (admission.kind !== 'admitted') throw new Error(admission.kind);
  const completion = Promise.withResolvers<number>();
  assignOffsets(bytes, assigned.endOffset, 0);
  assigned.take(bytes, assigned.endOffset + lastOffsetDeltaAt(bytes), completion.promise);
  return completion;
}

/** What a repetition waits for. */
function completionOf(assigned: AssignedAppends, bytes: Uint8Array): Promise<number> {
  const admission = assigned.admit(bytes, { origin: 'client' });
  if (admission.kind !== 'repeats') throw new Error(admission.kind);
  return admission.completion;
}

test('what is on its way counts for the batches behind it, and is the written state when it is written', async () => {
  const written = new Written();
  const assigned = new AssignedAppends(written);
  const bytes = from(0);
  const first = take(assigned, bytes);
  expect(assigned.endOffset).toBe(2);
  expect(assigned.admit(from(3), { origin: 'client' })).toMatchObject({ kind: 'refused' });
  expect(completionOf(assigned, from(0))).toBe(first.promise);
  written.write(bytes);
  first.resolve(ErrorCode.NONE);
  await first.promise;
  const again = completionOf(assigned, from(0));
  expect(again).not.toBe(first.promise);
  expect(await again).toBe(ErrorCode.NONE);
  expect(assigned.admit(from(2), { origin: 'client' }).kind).toBe('admitted');
});

test('a failed write takes everything behind it along, in the very turn in which it fails', async () => {
  const written = new Written();
  const assigned = new AssignedAppends(written);
  const bytes = from(0);
  take(assigned, bytes).resolve(ErrorCode.NONE);
  written.write(bytes);
  const lost = [take(assigned, from(2)), take(assigned, from(0, 1))];
  for (const { resolve } of lost) resolve(ErrorCode.KAFKA_STORAGE_ERROR);
  assigned.rollBackToWritten();
  expect(assigned.endOffset).toBe(2);
  // Neither its epoch nor its sequence is known any more, nor is it a duplicate.
  const retried = take(assigned, from(2));
  await Promise.all(lost.map(({ promise }) => promise));
  // What was lost settles now, and must not take the retry for its own.
  expect(completionOf(assigned, from(2))).toBe(retried.promise);
  expect(assigned.endOffset).toBe(4);
});
