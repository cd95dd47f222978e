import { expect, test } from 'vitest';
import { nodeClock } from './node-clock.ts';
import { nodeRandom } from './node-random.ts';
import { PrometheusMetrics } from './prometheus-metrics.ts';

test('a timer runs once, not early, and not at all when cancelled', async () => {
  let cancelledRan = false;
  const cancelled = nodeClock.after(1, () => {
    cancelledRan = true;
  });
  const month = nodeClock.after(31 * 24 * 3600 * 1000, () => {
    cancelledRan = true;
  });
  cancelled.cancel();
  const start = nodeClock.monotonicMs();
  await new Promise<void>((resolve) => nodeClock.after(20, resolve));
  expect(nodeClock.monotonicMs() - start).toBeGreaterThanOrEqual(20);
  month.cancel();
  expect(cancelledRan).toBe(false);
});

test('ids are version 4, 22 characters, and never look like an option', () => {
  const random = nodeRandom();
  const ids = Array.from({ length: 2000 }, () => random.uuid());
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) {
    expect(id).toMatch(/^[A-Za-z0-9_][A-Za-z0-9_-]{21}$/);
    expect((Buffer.from(id, 'base64url')[6] ?? 0) >> 4).toBe(4);
  }
});

test('metrics are printed as Prometheus reads them', () => {
  const metrics = new PrometheusMetrics();
  metrics.counter('bytes_total', 'Bytes\nreceived').add(3, { topic: 'a"b' });
  metrics.counter('bytes_total', 'Bytes\nreceived').add(4, { topic: 'a"b' });
  metrics.gauge('open', 'Open connections').set(2);
  expect(metrics.exposition()).toBe(
    '# HELP bytes_total Bytes\\nreceived\n# TYPE bytes_total counter\nbytes_total{topic="a\\"b"} 7\n' +
      '# HELP open Open connections\n# TYPE open gauge\nopen 2\n',
  );
});
