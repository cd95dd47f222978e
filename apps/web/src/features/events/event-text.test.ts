import type { ClusterChange } from '@odradek/contract';
import { expect, it } from 'vitest';
import { eventText } from './event-text.ts';

const partitions = { total: 2, partitions: [{ topic: 'orders', partition: 0 }] };

it.each<[ClusterChange, string, string]>([
  [
    { kind: 'leader-moved', from: 1, to: 2, partitions, leaderEpoch: 5 },
    'unknown',
    'The leader moved from broker 1 to 2, leader epoch up to 5.',
  ],
  [
    { kind: 'leader-moved', from: 1, to: null, partitions, leaderEpoch: null },
    'critical',
    'Broker 1 stopped leading, and nobody leads.',
  ],
  [
    { kind: 'leader-moved', from: null, to: 3, partitions: { ...partitions, total: 1 }, leaderEpoch: 2 },
    'ok',
    'Broker 3 leads, where nobody did, leader epoch 2.',
  ],
  [{ kind: 'isr-shrunk', brokers: [1, 3], partitions }, 'warn', 'Brokers 1, 3 fell out of sync.'],
  [{ kind: 'isr-expanded', brokers: [3], partitions }, 'ok', 'Broker 3 caught up and is in sync.'],
  [
    { kind: 'broker-down', brokerId: 3, isFenced: true },
    'critical',
    'Broker 3 was fenced: the cluster does not count on it any more.',
  ],
  [
    {
      kind: 'broker-process',
      brokerId: 1,
      process: { state: 'stopped', pid: null, reason: 'ended by SIGKILL' },
    },
    'critical',
    'Broker 1 is stopped: ended by SIGKILL.',
  ],
  [
    { kind: 'controller-moved', from: 1, to: 2, epoch: 9 },
    'unknown',
    '2 is the active controller in place of 1, epoch 9.',
  ],
  [
    { kind: 'reassignment-began', adding: [4], removing: [1], partitions },
    'unknown',
    'Replicas began to move: to broker 4, away from broker 1.',
  ],
])('%o is told by its shape and in words', (change, tone, text) => {
  expect(eventText(change)).toMatchObject({ tone, text });
});
