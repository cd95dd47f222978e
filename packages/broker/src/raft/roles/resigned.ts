import { otherVoters, type RaftState } from '../raft-state.ts';
import type { Resigned } from '../role.ts';
import { enterEpoch } from '../transitions.ts';
import type { Turn } from '../turn.ts';

export function stayResigned(turn: Turn, role: Resigned): void {
  const { identity, epoch } = turn.state;
  if (turn.nowMs >= role.electionDeadlineMs) {
    enterEpoch(turn, epoch + 1);
    return;
  }
  for (const voter of otherVoters(turn.state)) {
    if (!role.unaware.includes(voter.id)) continue;
    turn.send(voter, {
      api: 'endQuorumEpoch',
      clusterId: identity.clusterId,
      epoch,
      leaderId: identity.self.id,
      preferredCandidates: role.preferredCandidates,
      leaderEndpoints: identity.self.endpoints,
    });
  }
}

/** Whether a leader that has resigned may go: another one leads, or nobody can be told that there is to be one. */
export function isSuccessionOver({ role, leaderId, peers, identity }: RaftState): boolean {
  if (role.name !== 'resigned') return leaderId !== null && leaderId !== identity.self.id;
  return (
    role.unaware.length === role.preferredCandidates.length &&
    role.unaware.every((id) => {
      const peer = peers.get(id);
      return peer !== undefined && peer.inFlight === null;
    })
  );
}
