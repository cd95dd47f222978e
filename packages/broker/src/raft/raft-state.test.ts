import { expect, test } from 'vitest';
import { CLUSTER_ID, voterNode } from '../../test/raft/test-nodes.ts';
import { DEFAULT_TIMING, initialRaftState, isMajorityGone } from './raft-state.ts';

/** As node `self` sees it when so many requests in a row were not answered. */
function seenBy(self: number, voters: readonly number[], unanswered: Readonly<Record<number, number>>) {
  const state = initialRaftState({
    clusterId: CLUSTER_ID,
    self: voterNode(self),
    voters: voters.map(voterNode),
    bootstrapServers: [],
    timing: DEFAULT_TIMING,
  });
  const peers = Object.entries(unanswered).map(
    ([id, count]) => [Number(id), { inFlight: null, notBeforeMs: 0, unanswered: count }] as const,
  );
  return { ...state, peers: new Map(peers) };
}

test.each([
  ['nobody was asked', 1, [1, 2, 3], {}, false],
  ['one of two others is gone', 1, [1, 2, 3], { 2: 9, 3: 0 }, false],
  ['one is gone, and another was missed thrice', 1, [1, 2, 3], { 2: 9, 3: 3 }, false],
  ['both others are gone', 1, [1, 2, 3], { 2: 4, 3: 4 }, true],
  ['two of five are gone', 1, [1, 2, 3, 4, 5], { 2: 9, 3: 9 }, false],
  ['three of five are gone', 1, [1, 2, 3, 4, 5], { 2: 9, 3: 9, 4: 9 }, true],
  ['an observer misses the only voter', 2, [1], { 1: 4 }, true],
  ['an observer misses another observer', 2, [1], { 3: 9 }, false],
] as const)('whether a majority is gone: %s', (_, self, voters, unanswered, isGone) => {
  expect(isMajorityGone(seenBy(self, voters, unanswered))).toBe(isGone);
});
