import { expect, test } from 'vitest';
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
