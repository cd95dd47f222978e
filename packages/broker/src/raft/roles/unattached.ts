import { isVoter } from '../raft-state.ts';
import type { Role } from '../role.ts';
import { becomeProspective } from '../transitions.ts';
import type { Turn } from '../turn.ts';
import { findLeader } from './fetching.ts';

export function stayUnattached(turn: Turn, role: Extract<Role, { name: 'unattached' }>): void {
  if (!isVoter(turn.state)) findLeader(turn);
  else if (turn.nowMs >= role.electionDeadlineMs) becomeProspective(turn);
}
