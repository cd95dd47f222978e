import { describe, expect, it } from 'vitest';
import { WorkQueues } from './work-queues.ts';

function scene(limit: number) {
  const failures: string[] = [];
  const queues = new WorkQueues(limit, (name) => failures.push(name));
  const running = new Set<string>();
  const ends = new Map<string, PromiseWithResolvers<void>>();
  let most = 0;
  const add = (name: string, task: string) => {
    const end = Promise.withResolvers<void>();
    ends.set(task, end);
    queues.add(name, async () => {
      running.add(task);
      most = Math.max(most, running.size);
      await end.promise;
      running.delete(task);
    });
  };
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  return {
    queues,
    failures,
    add,
    end: (task: string) => ends.get(task)?.resolve(),
    running,
    turn,
    most: () => most,
  };
}

describe('WorkQueues', () => {
  it('runs tasks of one name in order and those of others beside them', async () => {
    const { add, end, running, turn } = scene(10);
    add('a', 'a1');
    add('a', 'a2');
    add('b', 'b1');
    await turn();
    expect([...running]).toEqual(['a1', 'b1']);
    end('a1');
    await turn();
    expect([...running]).toEqual(['b1', 'a2']);
  });

  it('never runs more than its limit at a time', async () => {
    const { queues, add, end, turn, most } = scene(2);
    const names = ['a', 'b', 'c', 'd', 'e'];
    for (const name of names) add(name, name);
    for (const name of names) {
      await turn();
      end(name);
    }
    await queues.idle();
    expect(most()).toBe(2);
  });

  it('goes on after a failure, which it reports', async () => {
    const { queues, failures } = scene(1);
    let ran = false;
    queues.add('a', () => Promise.reject(new Error('full disk')));
    queues.add('a', async () => {
      ran = true;
    });
    await queues.idle();
    expect(failures).toEqual(['a']);
    expect(ran).toBe(true);
  });
});
