import { diskAllowance } from './disk-pace.ts';
import { appendLeaderChange } from './leader-change.ts';
import { otherVoters, votersOf } from './raft-state.ts';
import type { ReplicaKey } from './replica-key.ts';
import type { Follower, Leader, ReplicaProgress } from './role.ts';
import type { Turn } from './turn.ts';
import type { VoterEndpoint, VoterNode } from './voter-set.ts';
import { ownVote } from './votes.ts';

/* The arrows of the picture in role.ts. */

/** Into a higher epoch, whose leader nobody has named. */
export function enterEpoch(turn: Turn, epoch: number): void {
  turn.become(
    { name: 'unattached', electionDeadlineMs: remainingPatience(turn) },
    { epoch, leaderId: null, leaderEndpoints: [], votedKey: null },
  );
}

/** A stream of new epochs must not keep a voter from standing: it goes on with the wait it had. */
function remainingPatience(turn: Turn): number {
  const { role, identity } = turn.state;
  switch (role.name) {
    case 'unattached':
    case 'prospective':
    case 'candidate':
    case 'resigned':
      return role.electionDeadlineMs;
    case 'follower':
      return role.fetchDeadlineMs;
    default:
      // Nobody else can lead where one voter is alone.
      return otherVoters(turn.state).length === 0
        ? turn.nowMs
        : turn.jittered(identity.timing.electionTimeoutMs);
  }
}

/** In the same epoch, until then without a leader. */
export function waitForLeader(turn: Turn, electionDeadlineMs: number): void {
  turn.become({ name: 'unattached', electionDeadlineMs });
}

/** Whoever gets the vote has a whole election's time to win. */
export function giveVote(turn: Turn, { id, directoryId }: ReplicaKey): void {
  turn.become(
    { name: 'unattached', electionDeadlineMs: turn.electionDeadline() },
    { votedKey: { id, directoryId } },
  );
}

/** The epoch, the leader that may still be there and the vote stay as they are. */
export function becomeProspective(turn: Turn): void {
  turn.become({
    name: 'prospective',
    votes: ownVote(turn.state.identity.self.id),
    electionDeadlineMs: turn.electionDeadline(),
  });
}

/** A new epoch with a vote for itself, which is on disk before anybody is asked for another. */
export function becomeCandidate(turn: Turn): void {
  const { epoch, identity } = turn.state;
  const { id, directoryId } = identity.self;
  turn.become(
    {
      name: 'candidate',
      votes: ownVote(id),
      electionDeadlineMs: turn.electionDeadline(),
      isBackingOff: false,
    },
    { epoch: epoch + 1, leaderId: null, leaderEndpoints: [], votedKey: { id, directoryId } },
  );
}

export interface KnownLeader {
  readonly epoch: number;
  readonly leaderId: number;
  /** As the leader or a voter names them; empty where they are to be had from the voters record. */
  readonly endpoints: readonly VoterEndpoint[];
}

/** The vote of this epoch is kept, that of an earlier one forgotten. */
export function becomeFollower(turn: Turn, { epoch, leaderId, endpoints }: KnownLeader): void {
  const { state } = turn;
  const recorded = votersOf(state).find(({ id }) => id === leaderId)?.endpoints ?? [];
  turn.become(follower(turn.fetchDeadline()), {
    epoch,
    leaderId,
    leaderEndpoints: endpoints.length > 0 ? endpoints : recorded,
    ...(epoch > state.epoch && { votedKey: null }),
  });
}

/** Back to a leader that may be gone, and is asked again until then. */
export function followAgain(turn: Turn, fetchDeadlineMs: number): void {
  turn.become(follower(fetchDeadlineMs));
}

/** To where this node was before it stood, until another was elected or the time is over. */
export function standBack(turn: Turn, untilMs: number): void {
  if (turn.state.leaderId === null) waitForLeader(turn, untilMs);
  else followAgain(turn, untilMs);
}

function follower(fetchDeadlineMs: number): Follower {
  return { name: 'follower', fetchDeadlineMs, hasFetched: false, snapshot: null };
}

export function becomeLeader(turn: Turn, granting: readonly number[]): void {
  const { log, identity } = turn.state;
  const others = otherVoters(turn.state);
  turn.become(
    {
      name: 'leader',
      epochStartOffset: log.endOffset,
      followers: new Map(others.map((voter) => [voter.id, unheardOf(voter)])),
      observers: new Map(),
      checkQuorumDeadlineMs: checkQuorumDeadline(turn),
      fetchedVoters: [],
      beginEpochDueMs: turn.nowMs,
      unaware: others.map(({ id }) => id),
      waitingFetches: [],
    },
    { leaderId: identity.self.id, leaderEndpoints: identity.self.endpoints },
  );
  appendLeaderChange(turn, granting);
}

function unheardOf({ id, directoryId }: VoterNode): ReplicaProgress {
  const key = { id, directoryId };
  return { key, endOffset: -1, lastFetchMs: -1, lastCaughtUpMs: -1, lastLeaderEndOffset: -1 };
}

/**
 * Of the fetch timeout: a leader waits a little longer for its followers than they for it. A new one longer still if
 * it was long in coming, for nobody hears of it before its epoch is on disk.
 */
const CHECK_QUORUM_FACTOR = 1.5;

export function checkQuorumDeadline(turn: Turn): number {
  const waitMs = turn.state.identity.timing.fetchTimeoutMs * CHECK_QUORUM_FACTOR * turn.leniency;
  return otherVoters(turn.state).length === 0 ? Infinity : turn.nowMs + waitMs + diskAllowance(turn.state);
}

/** A leader that resigns never leads, nor votes, in its epoch again. The voter that is furthest should come next. */
export function becomeResigned(turn: Turn, { followers }: Pick<Leader, 'followers'>): void {
  const byProgress = [...followers.values()].sort((left, right) => right.endOffset - left.endOffset);
  turn.become({
    name: 'resigned',
    preferredCandidates: byProgress.map(({ key }) => key),
    unaware: byProgress.map(({ key }) => key.id),
    electionDeadlineMs: turn.jittered(turn.state.identity.timing.electionTimeoutMs),
  });
}

/** After a restart of a leader: it cannot know what it promised in its epoch, which is over therefore. */
export function resignAfterRestart(turn: Turn): void {
  const others = otherVoters(turn.state);
  becomeResigned(turn, { followers: new Map(others.map((voter) => [voter.id, unheardOf(voter)])) });
}
