import { describe, expect, it } from 'vitest';
import type { Clock } from '../runtime/clock.ts';
import { delayFetch, type PartitionWatch, type WatchedPartition } from './delayed-fetch.ts';

class Source implements WatchedPartition {
  readonly watches = new Set<PartitionWatch>();
  readableBytes = 0;
  disturbances = 0;

  mark() {
    return { readableBytes: this.readableBytes, disturbances: this.disturbances };
  }
  watch(watch: PartitionWatch): void {
    this.watches.add(watch);
  }
  unwatch(watch: PartitionWatch): void {
    this.watches.delete(watch);
  }
  grow(bytes: number): void {
    this.readableBytes += bytes;
    for (const watch of [...this.watches]) watch.readableGrew(bytes);
  }
  disturb(): void {
    this.disturbances += 1;
    for (const watch of [...this.watches]) watch.disturbed();
  }
}

function scene(missingBytes: number) {
  const sources = [new Source(), new Source(), new Source()] as const;
  const marks = sources.map((source) => source.mark());
  let expire = (): void => {};
  let isCancelled = false;
  const clock: Clock = {
    wallMs: () => 0,
    monotonicMs: () => 0,
    soon: setImmediate,
    after: (_delayMs, task) => {
      expire = task;
      return {
        cancel: () => {
          isCancelled = true;
        },
      };
    },
  };
  let changed: readonly number[] | null = null;
  const start = async () => {
    const partitions = sources.map((partition, index) => ({
      partition,
      mark: marks[index] ?? partition.mark(),
    }));
    changed = [...(await delayFetch({ partitions, missingBytes, maxWaitMs: 500, clock }))];
  };
  return {
    sources,
    start,
    expire: () => expire(),
    isCancelled: () => isCancelled,
    /** What the fetch was woken with, or null while it waits. */
    outcome: async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return changed;
    },
  };
}

describe('delayFetch', () => {
  it('wakes when the partitions together have grown by what was missing, and names those that grew', async () => {
    const { sources, start, outcome, isCancelled } = scene(100);
    void start();
    sources[0].grow(60);
    expect(await outcome()).toBeNull();
    sources[2].grow(40);
    expect(await outcome()).toEqual([0, 2]);
    expect(isCancelled()).toBe(true);
  });

  it('wakes at once when a partition is disturbed', async () => {
    const { sources, start, outcome } = scene(100);
    void start();
    sources[1].disturb();
    expect(await outcome()).toEqual([1]);
  });

  it('wakes with what has grown when the time is over', async () => {
    const { sources, start, outcome, expire } = scene(100);
    void start();
    sources[1].grow(10);
    expire();
    expect(await outcome()).toEqual([1]);
  });

  it('counts what grew between the reading and the waiting', async () => {
    const { sources, start, outcome } = scene(100);
    sources[0].grow(100);
    void start();
    expect(await outcome()).toEqual([0]);
  });

  it('does not sleep through a disturbance between the reading and the waiting', async () => {
    const { sources, start, outcome } = scene(100);
    sources[2].disturb();
    void start();
    expect(await outcome()).toEqual([2]);
  });

  it('leaves no watch behind', async () => {
    const { sources, start, outcome } = scene(1);
    void start();
    sources[0].grow(1);
    await outcome();
    expect(sources.map(({ watches }) => watches.size)).toEqual([0, 0, 0]);
  });
});
