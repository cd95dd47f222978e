import { expect, test } from 'vitest';
import { ProducerIds } from './producer-ids.ts';

test('ids run through one block after another, and requests at once share the allocation', async () => {
  let allocated = 0;
  const ids = new ProducerIds(async () => {
    allocated += 1;
    return { firstProducerId: allocated * 1000, length: 2 };
  });
  const first = await Promise.all([ids.next(), ids.next(), ids.next()]);
  expect(first).toEqual([1000, 1001, 2000]);
  expect(allocated).toBe(2);
});

test('without a block there is no id, and the next request tries again', async () => {
  const blocks = [null, { firstProducerId: 7, length: 1 }];
  const ids = new ProducerIds(async () => blocks.shift() ?? null);
  expect(await ids.next()).toBeNull();
  expect(await ids.next()).toBe(7);
});
