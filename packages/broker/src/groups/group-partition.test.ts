import { expect, test } from 'vitest';
import { groupPartition } from './group-partition.ts';

// Made by Java 17: (groupId.hashCode() & 0x7fffffff) % 50.
test.each([
  ['', 0],
  ['console-consumer-81532', 0],
  ['orders-service', 17],
  ['Gruppe-äöü', 24],
  ['\u{1F600} group', 42],
  ['polygenelubricants', 0],
])('group %j lies in partition %i of 50, as in Java', (groupId, partition) => {
  expect(groupPartition(groupId, 50)).toBe(partition);
});
