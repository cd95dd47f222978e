import { describe, expect, it } from 'vitest';
import { commandOf, emptyReset, goalOf, movesOf } from './reset-form.ts';

describe('what a reset asks for', () => {
  it('is every topic unless some are named', () => {
    expect(goalOf(emptyReset)).toEqual({ goal: { target: { to: 'earliest' }, topics: null } });
    expect(goalOf({ ...emptyReset, topics: ' orders, parcels orders' })).toEqual({
      goal: { target: { to: 'earliest' }, topics: ['orders', 'parcels'] },
    });
  });

  it('may be some partitions of one topic', () => {
    const partitions = [0, 2, 3].map((partition) => ({ topic: 'orders', partition }));
    expect(goalOf({ ...emptyReset, topics: 'orders', partitions: '2-3, 0' })).toEqual({
      goal: { target: { to: 'earliest' }, partitions },
    });
    expect(goalOf({ ...emptyReset, partitions: '1' })).toHaveProperty('errors.partitions');
    expect(goalOf({ ...emptyReset, topics: 'orders', partitions: '3-1' })).toHaveProperty(
      'errors.partitions',
    );
    expect(goalOf({ ...emptyReset, topics: 'orders', partitions: 'all' })).toHaveProperty(
      'errors.partitions',
    );
  });

  it('takes a shift in both directions, and no other text for a number', () => {
    expect(goalOf({ ...emptyReset, to: 'shift', by: '−5' })).toHaveProperty('goal.target', {
      to: 'shift',
      by: -5,
    });
    expect(goalOf({ ...emptyReset, to: 'shift', by: '+7' })).toHaveProperty('goal.target', {
      to: 'shift',
      by: 7,
    });
    for (const by of ['', '0', '1.5', 'ten', '9007199254740993']) {
      expect(goalOf({ ...emptyReset, to: 'shift', by })).toHaveProperty('errors.by');
    }
    expect(goalOf({ ...emptyReset, to: 'offset', offset: '-1' })).toHaveProperty('errors.offset');
    expect(goalOf({ ...emptyReset, to: 'group', group: ' ' })).toHaveProperty('errors.group');
    expect(goalOf({ ...emptyReset, to: 'time', time: '' })).toHaveProperty('errors.time');
  });
});

it('only what differs afterwards is sent', () => {
  const row = { topic: 'orders', start: 0, end: 9, note: null };
  const partitions = [
    { ...row, partition: 0, before: 4, after: 0 },
    { ...row, partition: 1, before: 0, after: 0 },
    { ...row, partition: 2, before: null, after: null, note: 'no-offset' as const },
    { ...row, partition: 3, before: null, after: 0 },
  ];
  const plan = { group: 'g', partitions, changes: 2, recordsAgain: 4, recordsSkipped: 0, active: null };
  expect(movesOf(plan)).toEqual([
    { topic: 'orders', partition: 0, before: 4, after: 0 },
    { topic: 'orders', partition: 3, before: null, after: 0 },
  ]);
});

it('the command names what a shell would take apart in quotes', () => {
  const goal = { target: { to: 'group', group: "it's" }, topics: ['orders'] } as const;
  expect(commandOf('a b', { ...goal, topics: ['orders'] }, 'h:1')).toBe(
    "odradek groups reset 'a b' --to-group 'it'\\''s' --topic orders --bootstrap-server h:1 --execute",
  );
});
