import { otherVoters } from '../raft-state.ts';
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
