import { isVoter } from '../raft-state.ts';
import type { Follower } from '../role.ts';
import { becomeProspective } from '../transitions.ts';
import type { Turn } from '../turn.ts';
import { fetchRequest, fetchSnapshotRequest, findLeader, isAsking } from './fetching.ts';

export function stayFollower(turn: Turn, role: Follower): void {
  if (role.snapshot?.isInstalling === true) return;
  const isOverdue = turn.nowMs >= role.fetchDeadlineMs;
  if (isVoter(turn.state)) {
    if (isOverdue) becomeProspective(turn);
    else if (isFlushed(turn)) askLeader(turn, role);
  } else if (isOverdue || isLeaderSilent(turn)) findLeader(turn);
  else askLeader(turn, role);
}

/** The leader takes a voter's fetch for the word that everything before it is on disk. */
function isFlushed({ state: { log } }: Turn): boolean {
  return log.flushedOffset >= log.endOffset;
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
