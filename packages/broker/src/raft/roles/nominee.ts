import { endOf, otherVoters, type RaftState, votersOf } from '../raft-state.ts';
import type { Candidate, Prospective } from '../role.ts';
import { becomeCandidate, becomeLeader, becomeProspective, standBack } from '../transitions.ts';
import type { Turn } from '../turn.ts';
import { hasAnswered, isLost, isWon, type Votes, withVote } from '../votes.ts';

export function stayProspective(turn: Turn, { votes, electionDeadlineMs }: Prospective): void {
  const voters = votersOf(turn.state);
  if (isWon(votes, voters)) becomeCandidate(turn);
  else if (isLost(votes, voters) || turn.nowMs >= electionDeadlineMs) withdraw(turn);
  else askForVotes(turn, votes, { preVote: true });
}

/** A majority hears the leader, or has more in its log, or cannot be reached. */
function withdraw(turn: Turn): void {
  turn.update({ lostElections: turn.state.lostElections + 1 });
  standBack(turn, turn.backedOff());
}

export function stayCandidate(turn: Turn, role: Candidate): void {
  const { votes, electionDeadlineMs, isBackingOff } = role;
  const voters = votersOf(turn.state);
  const isOver = turn.nowMs >= electionDeadlineMs;
  if (isWon(votes, voters)) becomeLeader(turn, votes.granted);
  else if (isBackingOff) {
    if (isOver) becomeProspective(turn);
  } else if (isOver || isLost(withUnreachable(turn.state, votes), voters)) backOff(turn, role);
  else askForVotes(turn, votes, { preVote: false });
}

/** Of requests in a row: a first one may have met a connection that was closed long ago. */
const UNREACHABLE_AFTER = 2;

/** Who cannot be asked gives no vote to an election that another voter has refused already. */
function withUnreachable({ peers }: RaftState, votes: Votes): Votes {
  const silent = [...peers].flatMap(([id, { unanswered }]) => (unanswered < UNREACHABLE_AFTER ? [] : [id]));
  return silent.reduce((all, id) => (hasAnswered(all, id) ? all : withVote(all, id, false)), votes);
}

/** Voters that split their votes must not all come back at once. A late vote still counts. */
function backOff(turn: Turn, role: Candidate): void {
  turn.update({ lostElections: turn.state.lostElections + 1 });
  turn.update({ role: { ...role, isBackingOff: true, electionDeadlineMs: turn.backedOff() } });
}

function askForVotes(turn: Turn, votes: Votes, { preVote }: { readonly preVote: boolean }): void {
  const { epoch, identity } = turn.state;
  const { clusterId, self } = identity;
  for (const voter of otherVoters(turn.state)) {
    const isSettled = preVote ? votes.granted.includes(voter.id) : hasAnswered(votes, voter.id);
    if (isSettled) continue;
    turn.send(voter, {
      api: 'vote',
      clusterId,
      voter: { id: voter.id, directoryId: voter.directoryId },
      epoch,
      candidate: { id: self.id, directoryId: self.directoryId },
      last: endOf(turn.state),
      preVote,
    });
  }
}
