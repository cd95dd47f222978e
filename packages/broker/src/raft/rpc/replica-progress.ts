import type { FetchRequest } from '../raft-messages.ts';
import { votersOf } from '../raft-state.ts';
import type { ReplicaKey } from '../replica-key.ts';
import type { Leader, ReplicaProgress } from '../role.ts';
import { checkQuorumDeadline } from '../transitions.ts';
import type { Turn } from '../turn.ts';
import { majorityOf, voterOf } from '../voter-set.ts';
import { becomeAware } from './begin-quorum-epoch.ts';

/** An observer that is silent for so long is no longer told of. */
const OBSERVER_SESSION_MS = 300_000;

/** How far the replica is, by where it fetches from. */
export function noteFetch(turn: Turn, { replica, from }: FetchRequest): void {
  const { role } = turn.state;
  if (role.name !== 'leader' || replica.id < 0) return;
  const isVoter = voterOf(votersOf(turn.state), replica) !== null;
  const known = isVoter ? role.followers.get(replica.id) : role.observers.get(observerKey(replica));
  const progress = progressed(turn, { replica, known, endOffset: from.offset });
  if (isVoter) {
    turn.update({ role: { ...role, followers: new Map(role.followers).set(replica.id, progress) } });
    noteSignOfLife(turn, replica);
  } else turn.update({ role: { ...role, observers: withObserver(turn, role, progress) } });
}

/** The caught-up time is when the replica had all that the leader had at that time. */
function progressed(
  turn: Turn,
  fetch: { replica: ReplicaKey; known: ReplicaProgress | undefined; endOffset: number },
): ReplicaProgress {
  const { replica, known, endOffset } = fetch;
  const leaderEndOffset = turn.state.log.endOffset;
  const caughtUpMs =
    endOffset >= leaderEndOffset
      ? turn.nowMs
      : known !== undefined && known.lastFetchMs >= 0 && endOffset >= known.lastLeaderEndOffset
        ? known.lastFetchMs
        : -1;
  return {
    key: replica,
    endOffset,
    lastFetchMs: turn.nowMs,
    lastCaughtUpMs: Math.max(known?.lastCaughtUpMs ?? -1, caughtUpMs),
    lastLeaderEndOffset: leaderEndOffset,
  };
}

function withObserver(
  turn: Turn,
  { observers }: Leader,
  progress: ReplicaProgress,
): ReadonlyMap<string, ReplicaProgress> {
  const alive = [...observers].filter(
    ([, { lastFetchMs }]) => lastFetchMs + OBSERVER_SESSION_MS > turn.nowMs,
  );
  return new Map(alive).set(observerKey(progress.key), progress);
}

function observerKey({ id, directoryId }: ReplicaKey): string {
  return `${id}:${directoryId}`;
}

/** With a majority of them the leader is still the leader of somebody. */
export function noteSignOfLife(turn: Turn, replica: ReplicaKey): void {
  const voters = votersOf(turn.state);
  if (voterOf(voters, replica) === null || replica.id === turn.state.identity.self.id) return;
  becomeAware(turn, replica.id);
  const { role } = turn.state;
  if (role.name !== 'leader') return;
  const fetched = new Set([...role.fetchedVoters, replica.id]);
  const isMajority = fetched.size >= majorityOf(voters) - 1;
  if (isMajority) turn.update({ lostElections: 0 });
  turn.update({
    role: isMajority
      ? { ...role, fetchedVoters: [], checkQuorumDeadlineMs: checkQuorumDeadline(turn) }
      : { ...role, fetchedVoters: [...fetched] },
  });
}
