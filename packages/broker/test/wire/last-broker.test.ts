import { afterEach, beforeEach, expect, test } from 'vitest';
import { silentLogger } from '../../src/runtime/logger.ts';
import { BrokerCluster } from './broker-cluster.ts';

let cluster: BrokerCluster;
const warnings: string[] = [];

beforeEach(async () => {
  warnings.length = 0;
  // Longer than the broker would wait to be let go.
  cluster = new BrokerCluster({ 'broker.session.timeout.ms': '60000' });
  for (const id of [1, 2, 3]) await cluster.add(id, { isVoter: true });
  const logger = { ...silentLogger, warn: (_: unknown, message: string) => void warnings.push(message) };
  await Promise.all([1, 2, 3].map((id) => cluster.startBroker(id, { logger })));
});

afterEach(() => cluster.close());

test.each([
  ['led', true],
  ['did not lead', false],
])('the last broker, which %s the quorum, does not wait for a controller to let it go', async (_, hasLed) => {
  await cluster.createTopic('orders');
  const leader = (await cluster.describeQuorum(1))?.leaderId ?? -1;
  const last = hasLed ? leader : (leader % 3) + 1;
  await Promise.all([1, 2, 3].filter((id) => id !== last).map((id) => cluster.kill(id)));
  await cluster.stopBroker(last);
  expect(warnings).not.toContain('No controller has let this broker go; it stops all the same');
});
