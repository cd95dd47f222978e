import { expect, test } from 'vitest';
import { ReplicationQuota } from './replication-quota.ts';

function scene() {
  let nowMs = 5000;
  const clock = {
    wallMs: () => 0,
    monotonicMs: () => nowMs,
    after: () => ({ cancel() {} }),
    soon: setImmediate,
  };
  const quota = new ReplicationQuota(clock, { count: 3, lengthMs: 1000 });
  quota.throttle('orders', new Set([0, 2]));
  return {
    quota,
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}

const first = { topic: 'orders', partition: 0 };

test('what is throttled waits while more was moved than the rate allows over the windows, and no longer', () => {
  const { quota, pass } = scene();
  quota.limit(1000);
  expect(quota.holdsBack(first)).toBe(false);
  quota.note(first, 1000);
  expect(quota.holdsBack(first)).toBe(false);
  quota.note(first, 1000);
  expect(quota.holdsBack(first)).toBe(true);
  pass(1999);
  expect(quota.holdsBack(first)).toBe(true);
  pass(1);
  expect(quota.holdsBack(first)).toBe(false);
  quota.note(first, 1500);
  expect(quota.holdsBack(first)).toBe(true);
  pass(1000);
  // The first window is forgotten.
  expect(quota.holdsBack(first)).toBe(true);
  pass(500);
  expect(quota.holdsBack(first)).toBe(false);
});

test('only partitions that are throttled count and wait', () => {
  const { quota } = scene();
  quota.limit(10);
  quota.note({ topic: 'orders', partition: 1 }, 1_000_000);
  quota.note({ topic: 'other', partition: 0 }, 1_000_000);
  expect(quota.holdsBack(first)).toBe(false);
  quota.note(first, 1_000_000);
  expect(quota.holdsBack(first)).toBe(true);
  expect(quota.holdsBack({ topic: 'orders', partition: 1 })).toBe(false);
  quota.throttle('orders', 'all');
  expect(quota.holdsBack({ topic: 'orders', partition: 1 })).toBe(true);
  quota.throttle('orders', new Set());
  expect(quota.holdsBack(first)).toBe(false);
});

test('the default is no limit', () => {
  const { quota } = scene();
  quota.note(first, Number.MAX_SAFE_INTEGER);
  expect(quota.holdsBack(first)).toBe(false);
  quota.limit(Number('9223372036854775807'));
  expect(quota.holdsBack(first)).toBe(false);
});
