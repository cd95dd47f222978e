import { rebalance } from '@odradek/contract';
import { describe, expect, it } from 'vitest';
import { lanesOf, stoppedText, whoText } from './rebalance-lanes.ts';

const member = (memberId: string) => ({
  memberId,
  clientId: `${memberId}-client`,
  instanceId: null,
  host: '/h',
});
const had = (memberId: string, partitions: number) => ({
  ...member(memberId),
  partitions,
  gained: 0,
  lost: 0,
});

function aRebalance(id: number, change: object) {
  return rebalance.parse({
    ...{ id, fromEpoch: id - 1, toEpoch: id, kind: 'eager', beganAt: 1, beganAfter: null },
    ...{ endedAt: 2, endedAfter: null, joined: [], left: [], members: [], partitionsMoved: 0, stopped: null },
    ...change,
  });
}

describe('the lanes', () => {
  it('begin where a member joined and end where it went', () => {
    const lanes = lanesOf([
      aRebalance(1, { joined: [member('a')], members: [had('a', 4)] }),
      aRebalance(2, { joined: [member('b')], members: [had('a', 2), had('b', 2)] }),
      aRebalance(3, { left: [{ ...member('a'), how: 'fenced' }], members: [had('b', 4)] }),
    ]);
    expect(
      lanes.map(({ memberId, cells }) => [memberId, cells.map((cell) => cell?.partitions ?? null)]),
    ).toEqual([
      ['a', [4, 2, null]],
      ['b', [null, 2, 4]],
    ]);
    expect(lanes[0]?.cells[1]).toMatchObject({ joined: false, leaves: 'fenced' });
    expect(lanes[1]?.cells[1]).toMatchObject({ joined: true, leaves: null });
  });
});

describe('how long consumers stood still', () => {
  const text = (atLeastMs: number, atMostMs: number | null) =>
    stoppedText({ stopped: { atLeastMs, atMostMs }, endedAt: 2 });

  it('is told as exactly as it is known', () => {
    expect(text(340, 340)).toBe('340 ms');
    expect(text(0, 1_396)).toBe('at most 1.4 s');
    expect(text(1_500, 2_500)).toBe('1.5 s to 2.5 s');
    expect(text(1_500, null)).toBe('at least 1.5 s');
    expect(stoppedText({ stopped: null, endedAt: 2 })).toBe('nobody waited');
    expect(stoppedText({ stopped: null, endedAt: null })).toBe('under way');
  });
});

it('who came and went is named, many by their number', () => {
  expect(whoText({ joined: [], left: [] })).toBe('The same members');
  expect(whoText({ joined: [member('a')], left: [{ ...member('b'), how: 'replaced' }] })).toBe(
    'a-client joined; b-client was fenced: another with its group.instance.id came',
  );
  expect(whoText({ joined: ['a', 'b', 'c', 'd'].map(member), left: [] })).toBe(
    'a-client, b-client, c-client and 1 more joined',
  );
});
