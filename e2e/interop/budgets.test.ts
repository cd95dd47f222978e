import { afterAll, expect, test } from 'vitest';
import { measureConnections } from '../bench/connections-row.ts';
import { measurePartitions, measureRecovery } from '../bench/log-rows.ts';
import type { Measurement } from '../bench/row.ts';
import { KafkaTools } from './kafka-tools.ts';

/*
 * The bench rows that need no comparison, held to bounds ten times as wide as their budgets: a machine that does other
 * work meets them, a broker that has lost an order of magnitude does not.
 */

const tools = new KafkaTools();
afterAll(() => tools.close());

function measuredOf(measured: readonly Measurement[], quantity: string): number {
  return measured.find((one) => one.quantity === quantity)?.value ?? Number.NaN;
}

test('a start with a thousand partitions', async () => {
  const measured = await measurePartitions('Odradek', tools, 1);
  expect(measuredOf(measured, 'start with 1,000 partitions, clean, ms')).toBeLessThan(20_000);
  expect(measuredOf(measured, 'start with 1,000 partitions, after kill -9, ms')).toBeLessThan(20_000);
  const megabytes = 'RSS with 1,000 partitions, 30 s after a clean start, MB';
  expect(measuredOf(measured, megabytes)).toBeLessThan(1_500);
});

test('a thousand idle connections', async () => {
  const measured = await measureConnections('Odradek', tools);
  expect(measuredOf(measured, '1,000 idle connections, MB')).toBeLessThan(300);
});

test('a recovery, which reads what was not flushed and nothing else', async () => {
  const measured = await measureRecovery('Odradek', tools, 200e6);
  expect(measuredOf(measured, 'recovery: bytes scanned per unflushed byte')).toBeLessThan(1.05);
  expect(measuredOf(measured, 'recovery: bytes scanned per unflushed byte')).toBeGreaterThanOrEqual(1);
  // 200 MB in two seconds and the noise of two starts.
  expect(measuredOf(measured, 'start after kill -9 with 1 GB unflushed of 2 GB, ms')).toBeLessThan(
    2_000 + 5_000,
  );
});
