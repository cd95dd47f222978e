import { hasDirectory, type ReplicaKey } from './replica-key.ts';

/** Where a voter is reached by other controllers. */
export interface VoterEndpoint {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

/** A member of the quorum as the log's voters record describes it. */
export interface VoterNode extends ReplicaKey {
  readonly endpoints: readonly VoterEndpoint[];
}

/** Where some controller is reached, whoever that is. */
export type BootstrapServer = Omit<VoterEndpoint, 'name'>;

/** The voters as a record of the log, or what came before the log, says. */
export interface VoterSet {
  /** Of the record; NOT_IN_LOG for what the directory was made with. */
  readonly offset: number;
  readonly voters: readonly VoterNode[];
}

export const NOT_IN_LOG = -1;

export function majorityOf(voters: readonly unknown[]): number {
  return Math.floor(voters.length / 2) + 1;
}

/** The voter that the replica is; an unknown directory on either side is no difference. */
export function voterOf(voters: readonly VoterNode[], replica: ReplicaKey): VoterNode | null {
  return (
    voters.find(
      (voter) =>
        voter.id === replica.id &&
        (!hasDirectory(voter) || !hasDirectory(replica) || voter.directoryId === replica.directoryId),
    ) ?? null
  );
}

/** The sets with voters where they are known to be now: a node may have come back at another address. */
export function relocated(sets: readonly VoterSet[], known: readonly VoterNode[]): readonly VoterSet[] {
  const placed = (voter: VoterNode): VoterNode => {
    const now = known.find(({ id, directoryId }) => id === voter.id && directoryId === voter.directoryId);
    return now === undefined ? voter : { ...voter, endpoints: now.endpoints };
  };
  return sets.map(({ offset, voters }) => ({ offset, voters: voters.map(placed) }));
}

export function isSameSet(left: readonly VoterNode[], right: readonly VoterNode[]): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
