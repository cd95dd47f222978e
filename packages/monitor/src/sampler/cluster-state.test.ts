import { beforeEach, describe, expect, it } from 'vitest';
import { applySample, classicMember, commitOf, sampleOf, topologyOf } from '../../test/sample-of.ts';
import { ClusterState } from './cluster-state.ts';

let state: ClusterState;

beforeEach(() => {
  state = new ClusterState();
});

const partition = () => state.judgedGroups.get('g')?.partitions[0];

/** The group is level at first; then come ticks and commits a second apart, each further behind, up to 13 s. */
function fallBehind(): void {
  applySample(state, sampleOf({ at: 500, ends: { orders: [50] }, events: [commitOf(50, 400)] }));
  for (let tick = 1; tick <= 12; tick += 1) {
    const at = 1000 + tick * 1000;
    applySample(
      state,
      sampleOf({ at, ends: { orders: [100 + tick * 20] }, events: [commitOf(50 + tick, at - 500)] }),
    );
  }
}

describe('ClusterState', () => {
  it('shows lag 2 for five records and a commit after the third', () => {
    applySample(state, sampleOf({ at: 1000, ends: { orders: [5] }, events: [commitOf(3, 900)] }));
    expect(partition()).toMatchObject({ committed: { offset: 3 }, end: 5, lag: 2 });
    expect(state.judgedGroups.get('g')?.totalLag).toBe(2);
  });

  it('never shows a negative lag', () => {
    applySample(state, sampleOf({ at: 1000, ends: { orders: [5] }, events: [commitOf(9, 900)] }));
    expect(partition()?.lag).toBe(0);
  });

  it('measures a commit by the end offset polled before it', () => {
    applySample(state, sampleOf({ at: 1000, ends: { orders: [5] } }));
    applySample(state, sampleOf({ at: 2000, ends: { orders: [50] }, events: [commitOf(3, 1900)] }));
    expect(partition()?.judged?.commits.map(({ lag }) => lag)).toEqual([2]);
  });

  it('takes a commit to a topic that is younger than the metadata the sample was taken by', () => {
    const sample = sampleOf({ at: 1000, ends: {}, events: [commitOf(3, 900)] });
    state.applyTopology(topologyOf(sampleOf({ at: 1100, ends: { orders: [5] } }).metadata), 1100);
    state.apply(sample);
    expect(partition()).toMatchObject({ committed: { offset: 3 } });
  });

  it('knows no lag at the time of a commit that may be old', () => {
    applySample(
      state,
      sampleOf({ at: 1000, ends: { orders: [5] }, events: [commitOf(3, 900)], recent: false }),
    );
    expect(partition()?.judged?.commits.map(({ lag }) => lag)).toEqual([null]);
    expect(partition()?.lag).toBe(2);
  });

  it('warns once ten commits without falling lag stand in the window, stops when they end, and is well again', () => {
    const verdict = () => state.judgedGroups.get('g')?.status?.verdict;
    fallBehind();
    expect([partition()?.judged?.verdict, verdict()]).toEqual(['WARN', 'WARN']);
    applySample(state, sampleOf({ at: 25_000, ends: { orders: [500] } }));
    expect([partition()?.judged?.verdict, verdict()]).toEqual(['STOP', 'ERR']);
    applySample(state, sampleOf({ at: 26_000, ends: { orders: [500] }, events: [commitOf(500, 25_900)] }));
    expect([partition()?.judged?.verdict, verdict()]).toEqual(['OK', 'OK']);
  });

  it('judges nothing where nothing was committed, and shows the partition', () => {
    applySample(state, sampleOf({ at: 1000, ends: { orders: [5, 7] }, events: [commitOf(3, 900)] }));
    expect(state.judgedGroups.get('g')?.partitions[1]).toEqual({
      topic: 'orders',
      partition: 1,
      committed: null,
      end: 7,
      lag: null,
      judged: null,
    });
  });

  it('shows an assigned partition before the first commit', () => {
    const description = {
      group: 'g',
      state: 'Stable',
      protocolType: 'consumer',
      assignor: 'range',
      groupEpoch: null,
      assignmentEpoch: null,
      members: [
        {
          memberId: 'm',
          instanceId: null,
          clientId: 'c',
          host: '/127.0.0.1',
          ...classicMember,
          assignment: [{ topic: 'orders', partitions: [0] }],
        },
      ],
    };
    const groups = [
      { group: 'g', type: 'classic', state: 'Stable', protocolType: 'consumer', coordinator: 1 } as const,
    ];
    applySample(
      state,
      sampleOf({ at: 1000, ends: { orders: [5] }, change: { groups, descriptions: [description] } }),
    );
    expect(partition()).toMatchObject({ committed: null, lag: null, judged: null });
    expect(state.judgedGroups.get('g')?.status).toBeNull();
  });

  it('forgets a committed offset that was removed', () => {
    applySample(state, sampleOf({ at: 1000, ends: { orders: [5] }, events: [commitOf(3, 900)] }));
    const gone = { kind: 'offset-removed', group: 'g', topic: 'orders', partition: 0 } as const;
    const changed = applySample(state, sampleOf({ at: 2000, ends: { orders: [5] }, events: [gone] }));
    expect(state.judgedGroups.has('g')).toBe(false);
    expect(changed).toEqual([{ group: 'g', topic: 'orders', partition: 0, commits: [] }]);
  });

  it('forgets at once what was committed to a topic that was made anew', () => {
    applySample(state, sampleOf({ at: 1000, ends: { orders: [500] }, events: [commitOf(300, 900)] }));
    applySample(state, sampleOf({ at: 2000, ends: { orders: [4] }, topicIds: { orders: 'another' } }));
    expect(state.judgedGroups.has('g')).toBe(false);
    expect(state.endOffsets.offsets('orders', 0)).toEqual([4]);
  });

  it('takes a topic for deleted when two samples in a row miss it', () => {
    applySample(state, sampleOf({ at: 1000, ends: { orders: [5] }, events: [commitOf(3, 900)] }));
    applySample(state, sampleOf({ at: 2000, ends: {} }));
    applySample(state, sampleOf({ at: 3000, ends: { orders: [5] } }));
    expect(partition()?.lag).toBe(2);
    applySample(state, sampleOf({ at: 4000, ends: {} }));
    applySample(state, sampleOf({ at: 5000, ends: {} }));
    applySample(state, sampleOf({ at: 6000, ends: { orders: [5] } }));
    expect(state.judgedGroups.has('g')).toBe(false);
  });

  it('lets a commit to a topic that is gone pass', () => {
    applySample(state, sampleOf({ at: 1000, ends: {}, events: [commitOf(3, 900)] }));
    expect(state.judgedGroups.size).toBe(0);
  });

  it('shows a committed offset it was told of, and judges it once commits are seen', () => {
    const learnt = {
      kind: 'learnt',
      group: 'g',
      topic: 'orders',
      partition: 0,
      offset: 3,
      metadata: null,
    } as const;
    applySample(state, sampleOf({ at: 1000, ends: { orders: [5] }, events: [learnt] }));
    expect(partition()).toMatchObject({ lag: 2, judged: null });
    expect(state.judgedGroups.get('g')).toMatchObject({ totalLag: 2, status: null, lastCommitAt: null });
    applySample(state, sampleOf({ at: 2000, ends: { orders: [5] }, events: [commitOf(4, 2000)] }));
    expect(partition()?.judged?.verdict).toBe('STALL');
  });

  it('gives the same verdict after a restart', () => {
    fallBehind();
    const before = partition()?.judged;
    const restarted = new ClusterState();
    restarted.restore({
      windows: [{ group: 'g', topic: 'orders', partition: 0, commits: before?.commits ?? [] }],
      endOffsets: [...state.endOffsets.entries()].map(({ topic, partition: index, value }) => ({
        topic,
        partition: index,
        polls: value,
      })),
      topicIds: state.topicIds,
      positions: null,
    });
    applySample(restarted, sampleOf({ at: 13_500, ends: { orders: [300] } }));
    expect(restarted.judgedGroups.get('g')?.partitions[0]?.judged).toMatchObject({
      verdict: 'WARN',
      rule: 'lag-never-decreased',
      complete: 1,
    });
  });

  it('notices after a restart that a topic was made anew meanwhile', () => {
    const commits = [{ offset: 300, order: 1, timestamp: 900, observedAt: 950, lag: 0 }];
    state.restore({
      windows: [{ group: 'g', topic: 'orders', partition: 0, commits }],
      endOffsets: [],
      topicIds: new Map([['orders', 'before']]),
      positions: null,
    });
    const changed = applySample(state, sampleOf({ at: 2000, ends: { orders: [4] } }));
    expect(state.judgedGroups.size).toBe(0);
    expect(changed).toEqual([{ group: 'g', topic: 'orders', partition: 0, commits: [] }]);
  });

  it('dates a broker that does not answer from the first sample that missed it', () => {
    const unreachableBrokers = new Map([[1, 'refused']]);
    applySample(state, sampleOf({ at: 1000, ends: {}, change: { unreachableBrokers } }));
    applySample(state, sampleOf({ at: 2000, ends: {}, change: { unreachableBrokers } }));
    expect(state.unreachableBrokers.get(1)).toEqual({ message: 'refused', since: 1000 });
    applySample(state, sampleOf({ at: 3000, ends: {} }));
    expect(state.unreachableBrokers.size).toBe(0);
  });
});
