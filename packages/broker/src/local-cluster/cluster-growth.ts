/** Who is there and who votes, as the manifest has it. */
export interface ClusterMembers {
  /** By id, ascending. */
  readonly brokers: readonly number[];
  readonly voters: readonly number[];
}

/**
 * The voters of a cluster that is made with so many brokers, for its whole life: brokers 1 … min(N, 3); 5 of five or
 * more; one of two, where a second voter would only make the quorum frail.
 */
export function votersOf(brokerCount: number): number[] {
  const voters = brokerCount >= 5 ? 5 : brokerCount === 2 ? 1 : Math.min(brokerCount, 3);
  return Array.from({ length: voters }, (_, index) => index + 1);
}

export type Growth =
  | { readonly kind: 'same' }
  /** In a sentence for a person. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** The new brokers observe. `note` says what a person may not expect. */
  | { readonly kind: 'grown'; readonly added: readonly number[]; readonly note: string | null };

/** What becomes of a cluster that is there when it is asked for with another number of brokers. */
export function growth({ brokers, voters }: ClusterMembers, brokerCount: number): Growth {
  if (brokerCount === brokers.length) return { kind: 'same' };
  if (brokerCount < brokers.length) {
    const reason = `The directory holds a cluster of ${count(brokers.length, 'broker')}, and a cluster does not shrink: what the others hold would be lost. Start it without --brokers, or with ${brokers.length} or more.`;
    return { kind: 'refused', reason };
  }
  const last = brokers.at(-1) ?? 0;
  const added = Array.from({ length: brokerCount - brokers.length }, (_, index) => last + 1 + index);
  const isFrail = voters.length < votersOf(brokerCount).length;
  const note = isFrail
    ? `The cluster was made with ${count(voters.length, 'voter')} (${voters.join(', ')}) and keeps ${voters.length === 1 ? 'it' : 'them'}: the brokers that are added hold data, but metadata survives no more failures than before.`
    : null;
  return { kind: 'grown', added, note };
}

/** Why a broker cannot be taken out of the cluster, or null. */
export function removalRefusal({ voters }: ClusterMembers, id: number): string | null {
  return voters.includes(id)
    ? `Broker ${id} votes on metadata, and the voters of a cluster stay as they are: it cannot be removed. Stop it instead.`
    : null;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
