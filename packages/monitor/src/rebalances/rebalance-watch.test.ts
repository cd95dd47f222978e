import { beforeEach, describe, expect, it } from 'vitest';
import type { GroupShape } from './group-shape.ts';
import { type Moment, RebalanceWatch } from './rebalance-watch.ts';

let watch: RebalanceWatch;

beforeEach(() => {
  watch = new RebalanceWatch();
});

/** Members by id, with their partitions; `id@instance` is a static member. */
function shape(
  epoch: number | null,
  members: Record<string, string>,
  change: Partial<GroupShape> = {},
): GroupShape {
  return {
    kind: 'eager',
    epoch,
    isSettled: true,
    members: new Map(
      Object.entries(members).map(([name, partitions]) => {
        const [id = '', instanceId = null] = name.split('@');
        const assigned = new Set(partitions.split(' ').filter(Boolean));
        return [id, { clientId: id, instanceId, host: '/127.0.0.1', partitions: assigned }];
      }),
    ),
    ...change,
  };
}

const at = (time: number): Moment => ({ at: time, since: null });
const ids = (members: readonly { memberId: string }[]) => members.map(({ memberId }) => memberId);
const last = () => watch.rebalances.at(-1);

describe('a classic group', () => {
  it('that is seen for the first time has no rebalance behind it', () => {
    watch.observe(shape(3, { a: 'o-0 o-1' }), at(1_000));
    expect(watch.rebalances).toEqual([]);
  });

  it('tells who joined, what moved, and between which bounds the world stood still', () => {
    watch.observe(shape(3, { a: 'o-0 o-1' }), at(1_000));
    watch.observeState(true, 10_000);
    watch.observeState(false, 11_000);
    watch.observeState(false, 12_000);
    watch.observe(shape(4, { a: 'o-0', b: 'o-1' }), at(12_500));
    expect(last()).toMatchObject({
      fromEpoch: 3,
      toEpoch: 4,
      beganAt: 11_000,
      beganAfter: 10_000,
      endedAt: 12_500,
      endedAfter: null,
      partitionsMoved: 1,
      stopped: { atLeastMs: 1_500, atMostMs: 2_500 },
    });
    expect(ids(last()?.joined ?? [])).toEqual(['b']);
    expect(last()?.members).toMatchObject([
      { memberId: 'a', partitions: 1, gained: 0, lost: 1 },
      { memberId: 'b', partitions: 1, gained: 1, lost: 0 },
    ]);
  });

  it('that nobody saw rebalance stood still at most since it was last seen settled', () => {
    watch.observe(shape(3, { a: 'o-0', b: 'o-1' }), at(1_000));
    watch.observeState(true, 10_000);
    watch.observe(shape(4, { a: 'o-0 o-1' }), at(10_400));
    expect(last()).toMatchObject({ stopped: { atLeastMs: 0, atMostMs: 400 } });
    expect(last()?.left).toMatchObject([{ memberId: 'b', how: 'not-told' }]);
  });

  it('does not say that a world stood still in which there was nobody', () => {
    watch.observe(shape(1, {}), at(1_000));
    watch.observe(shape(2, { a: 'o-0' }), at(2_000));
    expect(last()).toMatchObject({ joined: [{ memberId: 'a' }], stopped: null });
    watch.observe(shape(3, {}), at(3_000));
    expect(last()).toMatchObject({ left: [{ memberId: 'a' }], stopped: null });
  });

  it('is under way from the first sight of it, and that is no news twice', () => {
    watch.observe(shape(3, { a: 'o-0' }), at(1_000));
    expect(watch.observeState(false, 2_000)).toBe(true);
    expect(watch.observeState(false, 3_000)).toBe(false);
    expect(last()).toMatchObject({ beganAt: 2_000, endedAt: null });
  });

  it('that looked like rebalancing by a clock that is off has had no rebalance', () => {
    watch.observe(shape(3, { a: 'o-0' }), at(1_000));
    watch.observeState(false, 2_000);
    watch.observeState(true, 3_000);
    watch.observeState(true, 4_000);
    expect(watch.rebalances).toEqual([]);
  });

  it('fences a static member that another takes the place of', () => {
    watch.observe(shape(3, { 'a@one': 'o-0' }), at(1_000));
    watch.observe(shape(4, { 'b@one': 'o-0' }), at(2_000));
    expect(last()?.left).toMatchObject([{ memberId: 'a', how: 'replaced' }]);
  });

  it('with the cooperative assignor stands still only where a partition had no owner', () => {
    const cooperative = { kind: 'cooperative' } as const;
    watch.observe(shape(3, { a: 'o-0 o-1' }, cooperative), at(1_000));
    watch.observe(shape(4, { a: 'o-0', b: '' }, cooperative), at(2_000));
    watch.observe(shape(5, { a: 'o-0', b: 'o-1' }, cooperative), at(2_300));
    expect(last()).toMatchObject({ toEpoch: 5, stopped: { atLeastMs: 300, atMostMs: 300 } });
  });
});

describe('a group of KIP-848', () => {
  const incremental = { kind: 'incremental' } as const;
  const underWay = { kind: 'incremental', isSettled: false } as const;

  it('goes from epoch to epoch in the exact times of its records, and only what moves has no owner', () => {
    watch.observe(shape(5, { a: 'o-0 o-1' }, incremental), at(1_000));
    watch.observe(shape(6, { a: 'o-0 o-1', b: '' }, underWay), at(2_000));
    watch.observe(shape(6, { a: 'o-0', b: '' }, underWay), at(2_100));
    watch.observe(shape(6, { a: 'o-0', b: 'o-1' }, incremental), at(2_350));
    expect(watch.rebalances).toHaveLength(1);
    expect(last()).toMatchObject({
      ...{ fromEpoch: 5, toEpoch: 6, beganAt: 2_000, beganAfter: null, endedAt: 2_350 },
      stopped: { atLeastMs: 250, atMostMs: 250 },
    });
  });

  it('knows a member by its id: one that comes back had been fenced', () => {
    watch.observe(shape(5, { a: 'o-0', b: 'o-1' }, incremental), at(1_000));
    watch.observe(shape(6, { a: 'o-0 o-1' }, incremental), at(2_000));
    expect(last()?.left).toMatchObject([{ how: 'not-told' }]);
    watch.observe(shape(7, { a: 'o-0', b: 'o-1' }, incremental), at(3_000));
    expect(watch.rebalances[0]?.left).toMatchObject([{ memberId: 'b', how: 'fenced' }]);
  });

  it('seen from sample to sample is told with both bounds', () => {
    watch.observe(shape(5, { a: 'o-0 o-1' }, incremental), { at: 1_000, since: null });
    watch.observe(shape(6, { a: 'o-0', b: '' }, underWay), { at: 3_000, since: 2_000 });
    watch.observe(shape(6, { a: 'o-0', b: 'o-1' }, incremental), { at: 4_000, since: 3_000 });
    expect(last()).toMatchObject({
      ...{ beganAt: 3_000, beganAfter: 2_000, endedAt: 4_000, endedAfter: 3_000 },
      stopped: { atLeastMs: 0, atMostMs: 2_000 },
    });
  });
});

it('what is kept goes on after a restart: what happened in between is a rebalance with wide bounds', () => {
  watch.observe(shape(5, { a: 'o-0' }), at(1_000));
  watch.observeState(true, 1_500);
  watch = new RebalanceWatch(watch.kept);
  watch.observe(shape(8, { c: 'o-0' }), { at: 9_000, since: 1_500 });
  expect(last()).toMatchObject({ fromEpoch: 5, toEpoch: 8, beganAfter: 1_500, endedAt: 9_000 });
});

it('the newest fifty are kept', () => {
  for (let epoch = 1; epoch <= 60; epoch += 1) {
    watch.observe(shape(epoch, { [`m${epoch}`]: 'o-0' }), at(epoch * 1_000));
  }
  expect(watch.rebalances).toHaveLength(50);
  expect(last()).toMatchObject({ id: 59, toEpoch: 60 });
});
