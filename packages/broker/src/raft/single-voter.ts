import type { QuorumState } from './quorum-state.ts';

/*
 * States and legal moves of a voter that is alone in its quorum:
 *
 *   loading ──loaded──▶ candidate ──voteStored──▶ leader
 *      └──────────────────┴────────failed──────────┴──▶ failed
 *
 * A vote counts only when it is on disk. Its own vote is the majority, so it elects the candidate. The leader's
 * records are committed up to where its log is on disk.
 */
export interface RaftState {
  readonly role: 'loading' | 'candidate' | 'leader' | 'failed';
  readonly voter: Voter;
  readonly epoch: number;
  /** The end that was assigned, written or not. */
  readonly endOffset: number;
  /** Records below it are committed. */
  readonly highWatermark: number;
}

export interface Voter {
  readonly id: number;
  readonly directoryId: string;
}

export type RaftEvent =
  | {
      readonly kind: 'loaded';
      readonly stored: QuorumState | null;
      readonly endOffset: number;
      readonly lastEpoch: number;
    }
  | { readonly kind: 'voteStored' }
  | { readonly kind: 'appended'; readonly endOffset: number }
  | { readonly kind: 'flushed'; readonly endOffset: number }
  | { readonly kind: 'failed'; readonly reason: unknown };

export type RaftEffect =
  | { readonly kind: 'storeVote'; readonly state: QuorumState }
  /** The first batch of an epoch: who leads it, and who may vote. */
  | { readonly kind: 'appendLeaderChange'; readonly epoch: number }
  | { readonly kind: 'flush'; readonly endOffset: number }
  | { readonly kind: 'commit'; readonly highWatermark: number }
  | { readonly kind: 'stop'; readonly reason: unknown };

export interface RaftStep {
  readonly state: RaftState;
  readonly effects: readonly RaftEffect[];
}

export function initialRaftState(voter: Voter): RaftState {
  return { role: 'loading', voter, epoch: -1, endOffset: 0, highWatermark: 0 };
}

/** The state after an event and what is to be done for it, in order. An event that is not legal changes nothing. */
export function raftStep(state: RaftState, event: RaftEvent): RaftStep {
  switch (event.kind) {
    case 'loaded':
      return state.role === 'loading' ? standForElection(state, event) : unchanged(state);
    case 'voteStored':
      return state.role === 'candidate'
        ? {
            state: { ...state, role: 'leader' },
            effects: [{ kind: 'appendLeaderChange', epoch: state.epoch }],
          }
        : unchanged(state);
    case 'appended':
      return state.role === 'leader'
        ? {
            state: { ...state, endOffset: event.endOffset },
            effects: [{ kind: 'flush', endOffset: event.endOffset }],
          }
        : unchanged(state);
    case 'flushed':
      return state.role === 'leader' && event.endOffset > state.highWatermark
        ? {
            state: { ...state, highWatermark: event.endOffset },
            effects: [{ kind: 'commit', highWatermark: event.endOffset }],
          }
        : unchanged(state);
    case 'failed':
      return state.role === 'failed'
        ? unchanged(state)
        : { state: { ...state, role: 'failed' }, effects: [{ kind: 'stop', reason: event.reason }] };
  }
}

function unchanged(state: RaftState): RaftStep {
  return { state, effects: [] };
}

/** The epoch is newer than any this node stored or wrote, so that no earlier leader is mistaken for the new one. */
function standForElection(state: RaftState, loaded: Extract<RaftEvent, { kind: 'loaded' }>): RaftStep {
  const epoch = Math.max(loaded.stored?.leaderEpoch ?? 0, loaded.lastEpoch, 0) + 1;
  const { id, directoryId } = state.voter;
  return {
    state: { ...state, role: 'candidate', epoch, endOffset: loaded.endOffset },
    effects: [
      {
        kind: 'storeVote',
        state: { leaderEpoch: epoch, leaderId: -1, votedId: id, votedDirectoryId: directoryId },
      },
    ],
  };
}
