import { lastEpochOf, latestSnapshotOf } from './epoch-log.ts';
import { isVoter, type LoadedLog, otherVoters } from './raft-state.ts';
import { becomeCandidate, becomeFollower, resignAfterRestart, waitForLeader } from './transitions.ts';
import type { Turn } from './turn.ts';

/** Takes up what the directory holds, all of which is on disk, and the role that follows from it. */
export function loadState(turn: Turn, { stored, log, voterSets }: LoadedLog): void {
  const { identity } = turn.state;
  const { firstPatienceMs } = identity.timing;
  const loaded = { ...log, flushedOffset: log.endOffset, truncations: 0 };
  turn.update({
    log: loaded,
    highWatermark: latestSnapshotOf(loaded)?.offset ?? log.startOffset,
    voterSets: [...turn.state.voterSets, ...voterSets],
  });
  recallEpoch(turn, stored);
  const { epoch, leaderId, votedKey } = turn.state;
  if (isVoter(turn.state) && otherVoters(turn.state).length === 0) becomeCandidate(turn);
  else if (leaderId === identity.self.id) resignAfterRestart(turn);
  else if (leaderId !== null) {
    becomeFollower(turn, { epoch, leaderId, endpoints: [] });
    turn.update({ votedKey });
    hurry(turn);
  } else waitForLeader(turn, turn.jittered(firstPatienceMs ?? identity.timing.electionTimeoutMs));
}

/**
 * A cluster that is started as a whole is to have a leader at once. Where one leads already, a node that has just come
 * loses patience too early, which disturbs nobody: who hears the leader grants no pre-vote against it.
 */
function hurry(turn: Turn): void {
  const { role, identity } = turn.state;
  const { firstPatienceMs } = identity.timing;
  if (role.name !== 'follower' || firstPatienceMs === undefined) return;
  turn.update({ role: { ...role, fetchDeadlineMs: turn.jittered(firstPatienceMs) } });
}

/**
 * Of an epoch that only the log knows of, the vote may have been lost with the file: nobody else gets one in it.
 */
function recallEpoch(turn: Turn, stored: LoadedLog['stored']): void {
  const { log, identity } = turn.state;
  const lastEpoch = lastEpochOf(log);
  if (stored === null || stored.leaderEpoch < lastEpoch) {
    const { id, directoryId } = identity.self;
    turn.update({ epoch: lastEpoch, votedKey: lastEpoch > 0 ? { id, directoryId } : null });
    return;
  }
  const { leaderEpoch: epoch, leaderId, votedId, votedDirectoryId } = stored;
  turn.update({
    epoch,
    leaderId: leaderId < 0 ? null : leaderId,
    votedKey: votedId < 0 ? null : { id: votedId, directoryId: votedDirectoryId },
  });
}
