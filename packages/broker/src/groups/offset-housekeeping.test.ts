import { expect, test } from 'vitest';
import { GROUP_CONFIG } from '../../test/groups/coordinator-bed.ts';
import { idOfTopic } from '../../test/groups/topic-image.ts';
import type { CoordinatorRecord } from '../coordination/coordinator-machine.ts';
import { Timeline, TimelineMap } from '../coordination/timeline.ts';
import { ZERO_UUID } from '../protocol/uuid.ts';
import { newClassicGroup } from './classic/classic-group.ts';
import type { Group } from './group.ts';
import { decodeGroupRecord } from './group-records.ts';
import { OffsetHousekeeping } from './offset-housekeeping.ts';
import { OffsetStore } from './offset-store.ts';

const now = { monotonicMs: 1000, wallMs: 1_700_000_000_000 };
const offset = {
  ...{ topicId: ZERO_UUID, offset: 1, leaderEpoch: -1, metadata: '' },
  ...{ committedAtMs: now.wallMs, expiresAtMs: null },
};
const [FORMER, PRESENT] = ['former', 'present'].map((name) => idOfTopic(name));

function scene({ topicIds = new Map<string, string | undefined>() } = {}) {
  const timeline = new Timeline();
  const groups = new TimelineMap<string, Group>(timeline);
  const offsets = new OffsetStore(timeline);
  const housekeeping = new OffsetHousekeeping({
    groups,
    offsets,
    config: { ...GROUP_CONFIG, offsetsRetentionCheckIntervalMs: 10_000 },
    topicIdOf: (name) => topicIds.get(name) ?? ZERO_UUID,
  });
  groups.set('g', newClassicGroup('g', now.wallMs));
  return { groups, offsets, housekeeping, timeline };
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
  // It is looked again whether they are gone, and then no more.
  const later = { ...now, monotonicMs: housekeeping.nextMs() ?? 0 };
  expect(keysOf(housekeeping.run(later).records)).toEqual([]);
  expect(housekeeping.nextMs()).toBeNull();
});

test('what was committed for a former topic of the name goes, even when nobody told that it was deleted', () => {
  const { housekeeping, offsets } = scene({ topicIds: new Map([['orders', PRESENT]]) });
  const commit = (partition: number, topicId = ZERO_UUID) =>
    offsets.set({ groupId: 'g', topic: 'orders', partition }, { ...offset, topicId });
  commit(0, FORMER);
  commit(1, PRESENT);
  commit(2);
  housekeeping.begin(now);
  expect(keysOf(housekeeping.run(now).records)).toEqual([0]);
});

test('the deletion of a former topic of the name takes nothing of the present one', () => {
  const { housekeeping, offsets } = scene({ topicIds: new Map([['orders', PRESENT]]) });
  offsets.set({ groupId: 'g', topic: 'orders', partition: 0 }, { ...offset, topicId: PRESENT ?? '' });
  housekeeping.topicsDeleted(['orders'], now);
  expect(keysOf(housekeeping.run(now).records)).toEqual([]);
});

test('a transaction that commits for the present topic keeps what its abort would uncover until it is over', () => {
  const { housekeeping, offsets } = scene({ topicIds: new Map([['orders', PRESENT]]) });
  const key = { groupId: 'g', topic: 'orders', partition: 0 };
  offsets.set(key, { ...offset, topicId: FORMER ?? '' });
  offsets.setPending(7, key, { ...offset, offset: 2, topicId: PRESENT ?? '' });
  housekeeping.begin(now);
  expect(keysOf(housekeeping.run(now).records)).toEqual([]);
  offsets.endTransaction(7, true);
  expect(offsets.get(key)).toMatchObject({ offset: 2, topicId: PRESENT });
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

test('offsets of a deleted topic that could not be forgotten are forgotten later, though its name lives again', () => {
  const { housekeeping, offsets, timeline } = scene();
  offsets.set({ groupId: 'g', topic: 'orders', partition: 0 }, offset);
  housekeeping.begin(now);
  housekeeping.topicsDeleted(['orders'], now);
  const mark = timeline.begin();
  expect(keysOf(housekeeping.run(now).records)).toEqual([0]);
  timeline.end();
  timeline.rollback(mark);
  housekeeping.sweepSoon(now);
  expect(keysOf(housekeeping.run(now).records)).toEqual([0]);
});

test('what is forgotten in one go is bounded in bytes too', () => {
  const { groups, housekeeping, offsets } = scene();
  const groupId = 'g'.repeat(30_000);
  groups.set(groupId, newClassicGroup(groupId, now.wallMs));
  for (let partition = 0; partition < 20; partition += 1) {
    offsets.set({ groupId, topic: 'orders', partition }, offset);
  }
  housekeeping.begin(now);
  housekeeping.topicsDeleted(['orders'], now);
  const portions: number[] = [];
  for (
    let count = housekeeping.run(now).records.length;
    count > 0;
    count = housekeeping.run(now).records.length
  ) {
    portions.push(count);
  }
  expect(portions).toEqual([5, 5, 5, 5]);
});
