import { isLeaderGone, isVoter } from '../raft-state.ts';
import type { Follower } from '../role.ts';
import { becomeProspective } from '../transitions.ts';
import type { Turn } from '../turn.ts';
import { fetchRequest, fetchSnapshotRequest, findLeader, isAsking } from './fetching.ts';

export function stayFollower(turn: Turn, role: Follower): void {
  if (role.snapshot?.isInstalling === true) return;
  if (isVoter(turn.state)) stayVoter(turn, role);
  else if (turn.nowMs >= role.fetchDeadlineMs || isLeaderSilent(turn)) findLeader(turn);
  else askLeader(turn, role);
}

function stayVoter(turn: Turn, role: Follower): void {
  // While its own disk is at it, it asks nothing, and no leader can answer that.
  if (!isFlushed(turn)) return;
  if (turn.nowMs >= patienceEndsMs(turn, role)) becomeProspective(turn);
  else askLeader(turn, role);
}

/** A leader whose process is gone is not waited for as long as one that is silent; see {@link Turn.giveUpOn}. */
function patienceEndsMs(turn: Turn, role: Follower): number {
  const soonMs = turn.state.identity.timing.electionTimeoutMs / 2;
  if (!isLeaderGone(turn.state) || role.fetchDeadlineMs <= turn.nowMs + soonMs) return role.fetchDeadlineMs;
  // All followers see it at the same time, and must not all stand.
  const fetchDeadlineMs = turn.soonAfter(soonMs);
  turn.update({ role: { ...role, fetchDeadlineMs } });
  return fetchDeadlineMs;
}

/** The leader takes a voter's fetch for the word that everything before it is on disk. */
function isFlushed({ state: { log } }: Turn): boolean {
  return log.flushedOffset >= log.endOffset;
}

/** The log is on disk, and the leader, which could not be asked meanwhile, has its time from now on. */
export function hearAgain(turn: Turn, role: Follower): void {
  if (!isFlushed(turn)) return;
  const fetchDeadlineMs = Math.max(role.fetchDeadlineMs, turn.fetchDeadline());
  turn.update({ role: { ...role, fetchDeadlineMs } });
}

function isLeaderSilent({ state, nowMs }: Turn): boolean {
  return state.leaderId !== null && (state.peers.get(state.leaderId)?.notBeforeMs ?? 0) > nowMs;
}

function askLeader(turn: Turn, { snapshot }: Follower): void {
  const { leaderId, leaderEndpoints } = turn.state;
  if (leaderId === null || isAsking(turn)) return;
  const request = snapshot === null ? fetchRequest(turn.state) : fetchSnapshotRequest(turn.state, snapshot);
  turn.send({ id: leaderId, endpoints: leaderEndpoints }, request);
}
