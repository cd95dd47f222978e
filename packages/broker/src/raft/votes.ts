import { majorityOf, type VoterNode } from './voter-set.ts';

/** The answers of one election, by voter id. */
export interface Votes {
  readonly granted: readonly number[];
  readonly rejected: readonly number[];
}

export function ownVote(id: number): Votes {
  return { granted: [id], rejected: [] };
}

/** A voter's first answer counts. */
export function withVote(votes: Votes, voterId: number, isGranted: boolean): Votes {
  if (hasAnswered(votes, voterId)) return votes;
  return isGranted
    ? { ...votes, granted: [...votes.granted, voterId] }
    : { ...votes, rejected: [...votes.rejected, voterId] };
}

export function hasAnswered({ granted, rejected }: Votes, voterId: number): boolean {
  return granted.includes(voterId) || rejected.includes(voterId);
}

export function isWon({ granted }: Votes, voters: readonly VoterNode[]): boolean {
  return voters.filter(({ id }) => granted.includes(id)).length >= majorityOf(voters);
}

/** Even with every vote that is still out. */
export function isLost({ rejected }: Votes, voters: readonly VoterNode[]): boolean {
  const possible = voters.filter(({ id }) => !rejected.includes(id)).length;
  return possible < majorityOf(voters);
}
