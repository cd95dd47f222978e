import { expect, test } from 'vitest';
import { Slots } from './slots.ts';

/** Tasks that run until they are told to end. */
class HeldTasks {
  readonly running: string[] = [];
  readonly #endings = new Map<string, () => void>();

  task(name: string): () => Promise<string> {
    return () => {
      this.running.push(name);
      return new Promise((resolve) => this.#endings.set(name, () => resolve(name)));
    };
  }

  async end(name: string): Promise<void> {
    this.running.splice(this.running.indexOf(name), 1);
    this.#endings.get(name)?.();
    await settled();
  }
}

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

test('so many tasks run at once, the others in the order they came', async () => {
  const slots = new Slots(2);
  const tasks = new HeldTasks();
  const outcomes = ['a', 'b', 'c', 'd'].map((name) => slots.run(tasks.task(name)));
  await settled();
  expect(tasks.running).toEqual(['a', 'b']);
  await tasks.end('b');
  expect(tasks.running).toEqual(['a', 'c']);
  await tasks.end('a');
  await tasks.end('c');
  await tasks.end('d');
  expect(await Promise.all(outcomes)).toEqual(['a', 'b', 'c', 'd']);
});

test('more slots start waiting tasks at once, fewer let running ones end', async () => {
  const slots = new Slots(1);
  const tasks = new HeldTasks();
  for (const name of ['a', 'b', 'c', 'd']) void slots.run(tasks.task(name));
  await settled();
  slots.resize(3);
  await settled();
  expect(tasks.running).toEqual(['a', 'b', 'c']);
  slots.resize(1);
  await tasks.end('a');
  await tasks.end('b');
  expect(tasks.running).toEqual(['c']);
  await tasks.end('c');
  expect(tasks.running).toEqual(['d']);
});

test('a task that fails gives its slot back', async () => {
  const slots = new Slots(1);
  await expect(slots.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await slots.run(() => Promise.resolve('next'))).toBe('next');
});
