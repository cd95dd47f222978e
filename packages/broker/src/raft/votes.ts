import { majorityOf, type VoterNode } from './voter-set.ts';

/** The answers of one election, by voter id. */
export interface Votes {
  readonly granted: readonly number[];
  readonly rejected: readonly number[];
}

export function ownVote(id: number): Votes {
  return { granted: [id], rejected: [] };
}

/** A voter's last answer counts: to a pre-vote it may say yes once its own leader is silent, too. */
export function withVote({ granted, rejected }: Votes, voterId: number, isGranted: boolean): Votes {
  const without = (ids: readonly number[]): number[] => ids.filter((id) => id !== voterId);
  return isGranted
    ? { granted: [...without(granted), voterId], rejected: without(rejected) }
    : { granted: without(granted), rejected: [...without(rejected), voterId] };
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
