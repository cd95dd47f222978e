import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Commit, CommitWindow } from './commit-window.ts';

const settings = { size: 3, minimumDistanceMs: 0 };

function commit(order: number, change: Partial<Commit> = {}): Commit {
  return { offset: order * 10, order, timestamp: order * 1000, observedAt: order * 1000, lag: 1, ...change };
}

function windowOf(orders: number[], size = 3): CommitWindow {
  const window = new CommitWindow({ size, minimumDistanceMs: 0 });
  for (const order of orders) {
    window.admit(commit(order));
  }
  return window;
}

const ordersIn = (window: CommitWindow) => window.commits.map((kept) => kept.order);

describe('CommitWindow', () => {
  it('keeps the newest commits and evicts the oldest', () => {
    expect(ordersIn(windowOf([1, 2, 3, 4]))).toEqual([2, 3, 4]);
  });

  it('orders by place in the offsets topic, not by timestamp', () => {
    const window = windowOf([5]);
    expect(window.admit(commit(3, { timestamp: 1 }))).toBe('backfilled');
    expect(ordersIn(window)).toEqual([3, 5]);
  });

  it('drops a commit it has', () => {
    const window = windowOf([1, 2]);
    expect(window.admit(commit(2, { offset: 99 }))).toBe('dropped');
    expect(window.newest?.offset).toBe(20);
  });

  it('drops a commit older than the oldest of a full window', () => {
    const window = windowOf([2, 3, 4]);
    expect(window.admit(commit(1))).toBe('dropped');
    expect(ordersIn(window)).toEqual([2, 3, 4]);
  });

  it('gives a commit learnt late its place and no lag', () => {
    const window = windowOf([2, 3, 5]);
    expect(window.admit(commit(4))).toBe('backfilled');
    expect(ordersIn(window)).toEqual([3, 4, 5]);
    expect(window.commits.map((kept) => kept.lag)).toEqual([1, null, 1]);
  });

  it.each([
    [90_001, 'merged', 90_000],
    [90_999, 'merged', 90_000],
    [91_000, 'appended', 91_000],
  ] as const)('with a distance of a second, %i ms after 90,000 ms is %s', (timestamp, admission, kept) => {
    const window = new CommitWindow({ size: 3, minimumDistanceMs: 1000 });
    window.admit(commit(1, { timestamp: 90_000 }));
    expect(window.admit(commit(2, { timestamp, lag: 7 }))).toBe(admission);
    expect(window.newest).toMatchObject({ offset: 20, order: 2, lag: 7, timestamp: kept });
  });

  it('merges when timestamps go backwards, even without a distance', () => {
    const window = windowOf([1]);
    expect(window.admit(commit(2, { timestamp: 500 }))).toBe('merged');
    expect(window.commits).toEqual([commit(2, { timestamp: 1000 })]);
  });

  it('says how full it is', () => {
    expect(windowOf([1, 2, 3, 4, 5, 6, 7], 10).complete).toBe(0.7);
    expect(windowOf([1, 2, 3, 4]).complete).toBe(1);
  });

  it('is ordered, bounded, and holds each order once, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(30), fc.nat(100_000))), fc.nat(5000), (arrivals, distance) => {
        const window = new CommitWindow({ size: 5, minimumDistanceMs: distance });
        for (const [order, timestamp] of arrivals) {
          window.admit(commit(order, { timestamp }));
        }
        const orders = ordersIn(window);
        expect(orders).toEqual([...new Set(orders)].sort((a, b) => a - b));
        expect(orders.length).toBeLessThanOrEqual(5);
      }),
    );
  });

  it('restores what it held', () => {
    expect(new CommitWindow(settings, windowOf([1, 2, 3, 4]).commits).commits).toEqual(
      [2, 3, 4].map((order) => commit(order)),
    );
  });
});
