import { beforeEach, describe, expect, it } from 'vitest';
import { ConsumerOffsets, type ObservedCommit } from './consumer-offsets.ts';

const WEEK_MS = 604_800_000;

let offsets: ConsumerOffsets;

beforeEach(() => {
  offsets = new ConsumerOffsets({ size: 3, minimumDistanceMs: 0, expireAfterMs: WEEK_MS });
});

function observe(order: number, change: Partial<ObservedCommit> = {}) {
  const at = 2 * WEEK_MS + order * 1_000;
  return offsets.observe('g', 't', 0, {
    offset: order * 10,
    order,
    timestamp: at,
    observedAt: at,
    metadata: null,
    endOffset: 100,
    ...change,
  });
}

const partition = () => offsets.partitionsOf('g').get('t', 0);

describe('ConsumerOffsets', () => {
  it('freezes the lag of a commit at the end offset polled before it, never below zero', () => {
    observe(1);
    observe(20, { endOffset: 150 });
    observe(21, { endOffset: null });
    expect(partition()?.window.commits.map(({ lag }) => lag)).toEqual([90, 0, null]);
  });

  it('is not moved back by a commit that was made before one it knows', () => {
    observe(5);
    expect(observe(3)).toBe('backfilled');
    expect(partition()?.committed.offset).toBe(50);
    expect(partition()?.window.newest?.offset).toBe(50);
  });

  it('shows but does not judge a commit older than a week', () => {
    const observedAt = 2 * WEEK_MS;
    expect(observe(1, { observedAt, timestamp: observedAt - WEEK_MS - 1 })).toBe('dropped');
    expect(partition()).toMatchObject({ committed: { offset: 10 }, window: { commits: [] } });
    expect(observe(2, { observedAt, timestamp: observedAt - WEEK_MS })).toBe('appended');
  });

  it('learns an offset without pretending to have seen it committed', () => {
    observe(1);
    offsets.learn('g', 't', 0, { offset: 77, timestamp: null, metadata: 'told' });
    expect(partition()?.committed).toEqual({ offset: 77, timestamp: null, metadata: 'told' });
    expect(partition()?.window.commits).toHaveLength(1);
    offsets.learn('g', 't', 0, { offset: 77, timestamp: null, metadata: 'again' });
    expect(partition()?.committed.metadata).toBe('told');
  });

  it('forgets a group with its last partition', () => {
    observe(1);
    offsets.learn('other', 't', 1, { offset: 1, timestamp: null, metadata: null });
    offsets.forgetPartition('g', 't', 0);
    expect(offsets.groups).toEqual(['other']);
    offsets.forgetTopic('t');
    expect(offsets.groups).toEqual([]);
  });
});
