import { expect, test } from 'vitest';
import { coordinatorPartition } from './coordinator-partition.ts';

// Made by Java 17 with Kafka 4.3.1's Utils.abs(key.hashCode()) % 50.
test.each([
  ['', 0],
  ['console-consumer-81532', 0],
  ['orders-service', 17],
  ['\u{1F600} group', 6],
  ['polygenelubricants', 0],
  ['my-transactional-id', 46],
  ['payments-7', 29],
])('the key %j lies in partition %i of 50, as in Kafka', (key, partition) => {
  expect(coordinatorPartition(key, 50)).toBe(partition);
});
