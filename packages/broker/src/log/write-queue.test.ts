import { expect, test } from 'vitest';
import { WriteQueue } from './write-queue.ts';

/** A queue whose turns end, and whose writes are done, when the test says so. */
function scene() {
  const written: string[] = [];
  const turns: (() => void)[] = [];
  let finish = () => {};
  const queue = new WriteQueue<string>(
    (appends) => {
      written.push(appends.join(''));
      return new Promise((resolve) => {
        finish = resolve;
      });
    },
    (task) => turns.push(task),
  );
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return {
    queue,
    written,
    endTurn: () => turns.shift()?.(),
    finishWrite: async () => {
      finish();
      await settle();
    },
  };
}

test('appends of one turn go out in one write, and so do those that came while it was in flight', async () => {
  const { queue, written, endTurn, finishWrite } = scene();
  for (const append of ['a', 'b', 'c']) queue.push(append);
  expect(written).toEqual([]);
  endTurn();
  for (const append of ['d', 'e']) queue.push(append);
  expect(written).toEqual(['abc']);
  await finishWrite();
  expect(written).toEqual(['abc', 'de']);
});

test('a task runs behind what was queued before it, and before what came after', async () => {
  const { queue, written, endTurn, finishWrite } = scene();
  queue.push('a');
  const done = queue.exclusively(async () => written.push('task'));
  queue.push('b');
  endTurn();
  expect(written).toEqual(['a']);
  await finishWrite();
  await done;
  expect(written).toEqual(['a', 'task', 'b']);
  await finishWrite();
  const refused = queue.exclusively(() => Promise.reject(new Error('no')));
  endTurn();
  await expect(refused).rejects.toThrow('no');
});
