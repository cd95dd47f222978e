import { expect, test } from 'vitest';
import { GROUP_CONFIG } from '../../test/groups/coordinator-bed.ts';
import type { CoordinatorRecord } from '../coordination/coordinator-machine.ts';
import { Timeline, TimelineMap } from '../coordination/timeline.ts';
import { newClassicGroup } from './classic/classic-group.ts';
import type { Group } from './group.ts';
import { decodeGroupRecord } from './group-records.ts';
import { OffsetHousekeeping } from './offset-housekeeping.ts';
import { OffsetStore } from './offset-store.ts';

const now = { monotonicMs: 1000, wallMs: 1_700_000_000_000 };
const offset = { offset: 1, leaderEpoch: -1, metadata: '', committedAtMs: now.wallMs, expiresAtMs: null };

function scene() {
  const timeline = new Timeline();
  const groups = new TimelineMap<string, Group>(timeline);
  const offsets = new OffsetStore(timeline);
  const housekeeping = new OffsetHousekeeping({
    groups,
    offsets,
    config: { ...GROUP_CONFIG, offsetsRetentionCheckIntervalMs: 10_000 },
    topicExists: () => true,
  });
  groups.set('g', newClassicGroup('g', now.wallMs));
  return { groups, offsets, housekeeping };
}

function keysOf(records: readonly CoordinatorRecord[]): unknown[] {
  return records.map((record) => {
    const decoded = decodeGroupRecord(record);
    return decoded.kind === 'offset' ? decoded.key.partition : decoded.kind;
  });
}

test('a deleted topic takes along what was committed before, not what its successor of the same name gets', () => {
  const { housekeeping, offsets } = scene();
  offsets.set({ groupId: 'g', topic: 'orders', partition: 0 }, offset);
  housekeeping.topicsDeleted(['orders'], now);
  offsets.set({ groupId: 'g', topic: 'orders', partition: 1 }, offset);
  expect(keysOf(housekeeping.run(now).records)).toEqual([0]);
  expect(housekeeping.nextMs()).toBeNull();
});

test('a thousand expired offsets go in portions that fit a batch, and the group after the last', () => {
  const { groups, housekeeping, offsets } = scene();
  for (let partition = 0; partition < 1200; partition += 1) {
    offsets.set({ groupId: 'g', topic: 'orders', partition }, offset);
  }
  housekeeping.begin(now);
  housekeeping.run(now);
  const later = { monotonicMs: 80_000, wallMs: now.wallMs + 60_000 };
  const portions: number[] = [];
  while ((housekeeping.nextMs() ?? Number.POSITIVE_INFINITY) <= later.monotonicMs) {
    portions.push(housekeeping.run(later).records.length);
  }
  expect(portions).toEqual([500, 500, 201]);
  expect(groups.size).toBe(0);
});
