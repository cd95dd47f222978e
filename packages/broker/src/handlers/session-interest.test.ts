import { describe, expect, it } from 'vitest';
import type { Clock } from '../runtime/clock.ts';
import { PartitionInterest, SessionInterest } from './session-interest.ts';

const BATCH_BYTES = 64 * 1024;

/** A session with one partition, at a time of the test's own. */
function scene() {
  let nowMs = 0;
  const timers = new Set<{ dueMs: number; task: () => void }>();
  const clock: Clock = {
    wallMs: () => nowMs,
    monotonicMs: () => nowMs,
    soon: setImmediate,
    after: (delayMs, task) => {
      const timer = { dueMs: nowMs + delayMs, task };
      timers.add(timer);
      return { cancel: () => void timers.delete(timer) };
    },
  };
  const session = new SessionInterest<string>({ replicaId: 2, clock, tellsMoves: false });
  const orders = new PartitionInterest(session, 'orders');
  const pass = (ms: number) => {
    nowMs += ms;
    for (const timer of timers) if (timer.dueMs <= nowMs && timers.delete(timer)) timer.task();
  };
  /** A fetch that waits for the next record; says when it was answered. */
  const fetch = () => {
    session.begin(20);
    const waiting: { answeredMs: number | null } = { answeredMs: null };
    void session.wait(1, 500).then(() => {
      waiting.answeredMs = nowMs;
    });
    return {
      at: async () => {
        await new Promise(setImmediate);
        return waiting.answeredMs;
      },
    };
  };
  /** Forty megabytes a second, for long enough to be noticed. */
  const load = () => {
    for (let count = 0; count < 30; count += 1) {
      fetch();
      pass(1);
      orders.readableGrew(BATCH_BYTES / 2);
      orders.readableGrew(BATCH_BYTES / 2);
      pass(1);
    }
  };
  return { session, orders, pass, fetch, load, timers, now: () => nowMs };
}

describe('a fetch of a follower that waits', () => {
  it('is answered with the first record as long as little is appended', async () => {
    const { orders, pass, fetch, now } = scene();
    for (let count = 0; count < 50; count += 1) {
      const waiting = fetch();
      pass(3);
      orders.readableGrew(1000);
      expect(await waiting.at()).toBe(now());
    }
  });

  it('gathers while much is appended, until a millisecond has brought nothing', async () => {
    const { orders, pass, fetch, load, now } = scene();
    load();
    const waiting = fetch();
    orders.readableGrew(BATCH_BYTES);
    orders.readableGrew(BATCH_BYTES);
    pass(1);
    expect(await waiting.at()).toBeNull();
    pass(1);
    expect(await waiting.at()).toBe(now());
  });

  it('gathers for three milliseconds at most', async () => {
    const { orders, pass, fetch, load, now } = scene();
    load();
    const waiting = fetch();
    orders.readableGrew(BATCH_BYTES);
    for (let count = 0; count < 3; count += 1) {
      expect(await waiting.at()).toBeNull();
      orders.readableGrew(BATCH_BYTES);
      pass(1);
    }
    expect(await waiting.at()).toBe(now());
  });

  it('has gathered enough with eight batches', async () => {
    const { orders, fetch, load, now } = scene();
    load();
    const waiting = fetch();
    for (let count = 0; count < 7; count += 1) orders.readableGrew(BATCH_BYTES);
    expect(await waiting.at()).toBeNull();
    orders.readableGrew(BATCH_BYTES);
    expect(await waiting.at()).toBe(now());
  });

  it('gathers nothing when something else has happened', async () => {
    const { session, orders, fetch, load, now } = scene();
    load();
    const waiting = fetch();
    orders.readableGrew(BATCH_BYTES);
    orders.disturbed();
    expect(await waiting.at()).toBe(now());
    // Nor does the one that ends because another one came.
    const overtaken = fetch();
    orders.readableGrew(BATCH_BYTES);
    session.begin(20);
    expect(await overtaken.at()).toBe(now());
  });

  it('that has gathered in vain lets the next eight go at once', async () => {
    const { orders, pass, fetch, load, now } = scene();
    load();
    const vain = fetch();
    orders.readableGrew(BATCH_BYTES);
    pass(1);
    expect(await vain.at()).toBe(now());
    for (let count = 0; count < 8; count += 1) {
      const waiting = fetch();
      orders.readableGrew(BATCH_BYTES);
      expect(await waiting.at()).toBe(now());
      pass(1);
    }
    const ninth = fetch();
    orders.readableGrew(BATCH_BYTES);
    expect(await ninth.at()).toBeNull();
  });

  it('is not kept waiting by a load that is over', async () => {
    const { orders, pass, fetch, load, now } = scene();
    load();
    const waiting = fetch();
    pass(100);
    orders.readableGrew(BATCH_BYTES);
    expect(await waiting.at()).toBe(now());
  });

  it('leaves no timer behind', async () => {
    const { orders, fetch, load, timers } = scene();
    load();
    const waiting = fetch();
    for (let count = 0; count < 8; count += 1) orders.readableGrew(BATCH_BYTES);
    await waiting.at();
    expect(timers.size).toBe(0);
  });
});
