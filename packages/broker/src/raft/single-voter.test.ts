import { describe, expect, test } from 'vitest';
import { initialRaftState, type RaftEvent, type RaftState, raftStep } from './single-voter.ts';

const VOTER = { id: 1, directoryId: 'AAAAAAAAAAAAAAAAAAAAAQ' };

function stateAfter(events: readonly RaftEvent[]): RaftState {
  return events.reduce((state, event) => raftStep(state, event).state, initialRaftState(VOTER));
}

const LOADED: RaftEvent = { kind: 'loaded', stored: null, endOffset: 10, lastEpoch: 3 };
const VOTED: RaftEvent = { kind: 'voteStored' };
const APPENDED: RaftEvent = { kind: 'appended', endOffset: 12 };
const FLUSHED: RaftEvent = { kind: 'flushed', endOffset: 12 };
const FAILED: RaftEvent = { kind: 'failed', reason: 'disk' };

describe('a voter that is alone', () => {
  test.each([
    [null, -1, 1],
    [null, 3, 4],
    [{ leaderEpoch: 7, leaderId: -1, votedId: 1, votedDirectoryId: VOTER.directoryId }, 3, 8],
    [{ leaderEpoch: 2, leaderId: -1, votedId: 1, votedDirectoryId: VOTER.directoryId }, 3, 4],
  ])('having stored %j and written epoch %i it stands in epoch %i', (stored, lastEpoch, epoch) => {
    const { state, effects } = raftStep(initialRaftState(VOTER), { ...LOADED, stored, lastEpoch });
    expect(state).toMatchObject({ role: 'candidate', epoch, endOffset: 10, highWatermark: 0 });
    expect(effects).toEqual([
      {
        kind: 'storeVote',
        state: { leaderEpoch: epoch, leaderId: -1, votedId: 1, votedDirectoryId: VOTER.directoryId },
      },
    ]);
  });

  test('leads only once its vote is on disk, and then says so in the log', () => {
    expect(stateAfter([LOADED]).role).toBe('candidate');
    const { state, effects } = raftStep(stateAfter([LOADED]), VOTED);
    expect(state.role).toBe('leader');
    expect(effects).toEqual([{ kind: 'appendLeaderChange', epoch: 4 }]);
  });

  test('commits what is on disk, never less than before', () => {
    const leader = stateAfter([LOADED, VOTED, APPENDED]);
    expect(leader.highWatermark).toBe(0);
    const { state, effects } = raftStep(leader, FLUSHED);
    expect(effects).toEqual([{ kind: 'commit', highWatermark: 12 }]);
    expect(raftStep(state, { kind: 'flushed', endOffset: 11 })).toEqual({ state, effects: [] });
  });

  test.each<[string, readonly RaftEvent[], RaftEvent]>([
    ['votes before it has loaded', [], VOTED],
    ['loads twice', [LOADED], LOADED],
    ['commits as a candidate', [LOADED], FLUSHED],
    ['appends as a candidate', [LOADED], APPENDED],
    ['commits after it has failed', [LOADED, VOTED, APPENDED, FAILED], FLUSHED],
    ['fails twice', [LOADED, FAILED], FAILED],
  ])('that %s stays as it is', (_, events, event) => {
    const state = stateAfter(events);
    expect(raftStep(state, event)).toEqual({ state, effects: [] });
  });

  test('a failure in any role stops it for good', () => {
    for (const events of [[], [LOADED], [LOADED, VOTED]]) {
      const { state, effects } = raftStep(stateAfter(events), FAILED);
      expect(state.role).toBe('failed');
      expect(effects).toEqual([{ kind: 'stop', reason: 'disk' }]);
    }
  });
});
