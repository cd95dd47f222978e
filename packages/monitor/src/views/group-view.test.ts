import { groupDetail as contract } from '@odradek/contract';
import { describe, expect, it } from 'vitest';
import { classicMember, commitOf, sampleOf } from '../../test/sample-of.ts';
import { watchedCluster } from '../../test/watched-cluster.ts';
import { groupDetail, groupList } from './group-view.ts';

const member = {
  memberId: 'm-1',
  instanceId: 'static-1',
  clientId: 'client',
  host: '/127.0.0.1',
  ...classicMember,
  assignment: [{ topic: 'orders', partitions: [0, 1] }],
};
const description = {
  group: 'g',
  state: 'Stable',
  protocolType: 'consumer',
  assignor: 'range',
  groupEpoch: null,
  assignmentEpoch: null,
  members: [member],
};
const listed = {
  group: 'g',
  type: 'classic',
  state: 'Stable',
  protocolType: 'consumer',
  coordinator: 1,
} as const;
const change = { groups: [listed], descriptions: [description] };
const ends = { orders: [5, 9] };

describe('a group', () => {
  it('shows members, and each partition with the window its verdict came from', () => {
    const sampler = watchedCluster([
      sampleOf({ at: 8_000, ends, change }),
      sampleOf({ at: 10_500, ends, events: [commitOf(3, 10_000)], change }),
    ]);
    const detail = contract.parse(groupDetail(sampler, 'g'));
    expect(detail).toMatchObject({
      type: 'classic',
      state: 'Stable',
      members: 1,
      totalLag: 2,
      verdict: 'ERR',
      worstPartition: { topic: 'orders', partition: 0, verdict: 'STALL', lag: 2 },
      lastCommitAt: 10_000,
      assignor: 'range',
      groupEpoch: null,
      assignmentEpoch: null,
      coordinator: 1,
      memberDetails: [member],
    });
    expect(detail.partitions).toMatchObject([
      {
        partition: 0,
        committed: 3,
        committedAt: 10_000,
        end: 5,
        lag: 2,
        verdict: 'STALL',
        memberId: 'm-1',
        evidence: { rule: 'stalled', complete: 0.1, brokerOffsets: [5, 5], commits: [{ offset: 3, lag: 2 }] },
      },
      { partition: 1, committed: null, end: 9, lag: null, verdict: null, memberId: 'm-1', evidence: null },
    ]);
    expect(detail.sparkline.at(-1)).toBe(2);
    expect(detail.sparkline.slice(0, -1).every((lag) => lag === null)).toBe(true);
  });

  it('is listed before it has committed anything', () => {
    const sampler = watchedCluster([sampleOf({ at: 8_000, ends, change })]);
    expect(groupList(sampler).groups).toMatchObject([
      {
        group: 'g',
        totalLag: null,
        verdict: null,
        worstPartition: null,
        lastCommitAt: null,
        topics: ['orders'],
      },
    ]);
  });

  it('is listed without being described where that is not permitted', () => {
    const sampler = watchedCluster([sampleOf({ at: 8_000, ends, change: { groups: [listed] } })]);
    expect(groupList(sampler).groups).toMatchObject([{ group: 'g', state: 'Stable', members: null }]);
  });

  it('is not there when it is not', () => {
    expect(groupDetail(watchedCluster([]), 'g')).toBeNull();
  });
});
