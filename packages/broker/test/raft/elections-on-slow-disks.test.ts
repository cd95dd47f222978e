import { expect, test } from 'vitest';
import { diskAllowance, noteDiskTime } from '../../src/raft/disk-pace.ts';
import { DEFAULT_TIMING, initialRaftState } from '../../src/raft/raft-state.ts';
import { becomeCandidate, becomeLeader } from '../../src/raft/transitions.ts';
import { Turn } from '../../src/raft/turn.ts';
import { directoryOf } from './test-nodes.ts';

const voters = [1, 2, 3].map((id) => ({ id, directoryId: directoryOf(id), endpoints: [] }));
const [self] = voters;

/** A node that takes part in an election at the time 1000, after as many that led to nothing. */
function nodeAfter(lostElections: number): Turn {
  if (self === undefined) throw new Error('nobody votes');
  const timing = { ...DEFAULT_TIMING, electionTimeoutMs: 200, fetchTimeoutMs: 500 };
  const state = initialRaftState({ clusterId: 'C', self, voters, bootstrapServers: [], timing });
  return new Turn({ ...state, lostElections }, { nowMs: 1000, chance: () => 0 });
}

test.each([
  [0, 200],
  [1, 400],
  [3, 1600],
  [30, 1600],
])('after %i lost elections the next has %i ms: votes must be on disk', (lost, patienceMs) => {
  const turn = nodeAfter(lost);
  becomeCandidate(turn);
  expect(turn.state.role).toMatchObject({ name: 'candidate', electionDeadlineMs: 1000 + patienceMs });
});

test('a leader that was long in coming waits longer for its first followers', () => {
  for (const [lost, patienceMs] of [
    [0, 750],
    [2, 3000],
  ] as const) {
    const turn = nodeAfter(lost);
    becomeLeader(turn, [1, 2]);
    expect(turn.state.role).toMatchObject({ name: 'leader', checkQuorumDeadlineMs: 1000 + patienceMs });
    // Not forgotten before somebody follows: it may have to resign all the same.
    expect(turn.state.lostElections).toBe(lost);
  }
});

test('others are waited for as long as three syncs of the own disk, and not for ever', () => {
  for (const [tookMs, allowedMs] of [
    [0, 0],
    [20, 60],
    [1200, 3600],
    [60_000, 4000],
  ] as const) {
    const turn = nodeAfter(0);
    noteDiskTime(turn, tookMs);
    becomeCandidate(turn);
    expect(turn.state.role).toMatchObject({ name: 'candidate', electionDeadlineMs: 1200 + allowedMs });
    becomeLeader(turn, [1, 2]);
    expect(turn.state.role).toMatchObject({ name: 'leader', checkQuorumDeadlineMs: 1750 + allowedMs });
  }
});

test('a vote that took its time to store has those who are waited for take theirs', () => {
  const turn = nodeAfter(0);
  noteDiskTime(turn, 20);
  becomeCandidate(turn);
  noteDiskTime(turn, 100);
  expect(turn.state.role).toMatchObject({ name: 'candidate', electionDeadlineMs: 1200 + 300 });
  // One that was quicker takes nothing back.
  noteDiskTime(turn, 10);
  expect(turn.state.role).toMatchObject({ name: 'candidate', electionDeadlineMs: 1200 + 300 });
});

test('a disk that was slow once is quick again after a while', () => {
  const turn = nodeAfter(0);
  noteDiskTime(turn, 1000);
  for (let sync = 0; sync < 10; sync++) noteDiskTime(turn, 1);
  expect(diskAllowance(turn.state)).toBeLessThan(200);
});
