import { NO_LEADER } from '../metadata/metadata-image.ts';

/**
 * `clean` keeps a leader that may stay and else takes the first replica that is certain to have every committed
 * record. `preferred` moves back to the first replica where that is possible without loss. `unclean` takes any
 * replica that is alive when no other is left, at the price of what it does not have.
 */
export type ElectionKind = 'clean' | 'preferred' | 'unclean';

/** What is known of a partition that wants a leader. */
export interface Candidates {
  /** In order of preference. */
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
  /** Replicas that left the ISR and have missed nothing that was committed since (KIP-966). */
  readonly eligibleLeaderReplicas: readonly number[];
  /** Who led last, when ISR and eligible replicas are all gone. */
  readonly lastKnownElr: readonly number[];
  readonly leader: number;
}

export interface Election {
  /** Broker id, or {@link NO_LEADER}. */
  readonly leader: number;
  /** Whether records that were acknowledged may be missing from the new leader. */
  readonly isUnclean: boolean;
}

const NOBODY: Election = { leader: NO_LEADER, isUnclean: false };

/** Who leads the partition from now on; `isAlive` says whether a broker may lead at all. */
export function electLeader(
  candidates: Candidates,
  kind: ElectionKind,
  isAlive: (brokerId: number) => boolean,
): Election {
  const { replicas, isr, eligibleLeaderReplicas, leader } = candidates;
  // While anyone is in sync, only it may lead: what it has was perhaps committed, by itself alone.
  const complete = isr.length > 0 ? isr : eligibleLeaderReplicas;
  const mayLead = (id: number): boolean => complete.includes(id) && isAlive(id);
  const [preferred] = replicas;
  if (kind === 'preferred' && preferred !== undefined && mayLead(preferred)) return clean(preferred);
  if (mayLead(leader)) return clean(leader);
  const next = replicas.find(mayLead);
  if (next !== undefined) return clean(next);
  const last = lastLeader(candidates);
  if (last !== null && isAlive(last)) return { leader: last, isUnclean: true };
  const survivor = kind === 'unclean' ? replicas.find(isAlive) : undefined;
  return survivor === undefined ? NOBODY : { leader: survivor, isUnclean: true };
}

/** With nobody left who is certain to have everything, whoever led last is the best there can be. */
function lastLeader({ isr, eligibleLeaderReplicas, lastKnownElr }: Candidates): number | null {
  const [last, ...others] = lastKnownElr;
  if (last === undefined || others.length > 0) return null;
  return isr.length === 0 && eligibleLeaderReplicas.length === 0 ? last : null;
}

function clean(leader: number): Election {
  return { leader, isUnclean: false };
}
