import type { RaftState } from './raft-state.ts';
import type { Turn } from './turn.ts';

/** Between a candidate's vote and the first fetch of a follower lie the syncs of a voter, the leader and the follower. */
const SYNCS_OF_OTHERS = 3;

/** A candidate's own vote is on disk before it asks for others. */
export const SYNCS_OF_A_CANDIDATE = 1;

/** Whoever has lost an election lets the winner write down its epoch before it stands again. */
export const SYNCS_OF_A_WINNER = 2;

/** Of the fetch timeout: the most that is waited for disks beyond the time of an exchange. */
const LONGEST_PART = 8;

/** A disk that was slow once is taken to be quick again when that was not seen for a while. */
const FADING = 0.75;

/**
 * How much longer others are waited for than an exchange takes, because what they say must be on their disks first: as
 * many syncs as lie in between, each as long as this node's own were of late. A node's own stores do not count in its
 * time (see {@link ./quorum-time.ts}).
 */
export function diskAllowance({ storingMs, identity }: RaftState, syncs = SYNCS_OF_OTHERS): number {
  return Math.min(syncs * storingMs, LONGEST_PART * identity.timing.fetchTimeoutMs);
}

/** Whether the own disk is at it as well, so that it is no wonder when nobody fetches; not for ever. */
export function isAtDisk({ log, identity }: RaftState, lateMs: number): boolean {
  return log.flushedOffset < log.endOffset && lateMs < LONGEST_PART * identity.timing.fetchTimeoutMs;
}

/** Takes in how long a store or a sync took. If it was longer than expected, what is waited for now may be late, too. */
export function noteDiskTime(turn: Turn, tookMs: number): void {
  const before = diskAllowance(turn.state);
  turn.update({ storingMs: Math.max(tookMs, turn.state.storingMs * FADING) });
  const moreMs = diskAllowance(turn.state) - before;
  if (moreMs > 0) postpone(turn, moreMs);
}

function postpone(turn: Turn, moreMs: number): void {
  const { role } = turn.state;
  switch (role.name) {
    case 'unattached':
    case 'prospective':
    case 'candidate':
      turn.update({ role: { ...role, electionDeadlineMs: role.electionDeadlineMs + moreMs } });
      break;
    case 'leader':
      turn.update({ role: { ...role, checkQuorumDeadlineMs: role.checkQuorumDeadlineMs + moreMs } });
      break;
    default:
      break;
  }
}
