import { NO_LEADER, type PartitionImage } from '../metadata/metadata-image.ts';
import type { MetadataRecord, MetadataRecordValue } from '../metadata/metadata-record.ts';
import { LEADER_UNCHANGED } from '../metadata/partition-image.ts';
import { type ElectionKind, electLeader } from './leader-election.ts';

/** A partition as it is, and the circumstances under which it changes. */
export interface ChangingPartition {
  readonly topicId: string;
  readonly partitionId: number;
  readonly image: PartitionImage;
  /** `min.insync.replicas` of the topic. */
  readonly minInSyncReplicas: number;
  /** Whether replicas that left an ISR at its minimum are remembered as eligible leaders (KIP-966). */
  readonly tracksEligibleLeaders: boolean;
  /** Whether a broker may lead: registered, not fenced, not about to stop, its log directory online. */
  readonly isAlive: (brokerId: number) => boolean;
  /** Where a replica that is new to the partition will lie. */
  readonly directoryOf: (brokerId: number) => string;
}

/** What is wanted. What is left out stays as it is. */
export interface PartitionTargets {
  readonly isr?: readonly number[];
  readonly replicas?: readonly number[];
  readonly addingReplicas?: readonly number[];
  readonly removingReplicas?: readonly number[];
  /** The leader says that it has recovered from an unclean election. */
  readonly hasRecovered?: boolean;
  /** Brokers that came back without what they had acknowledged; they are eligible for nothing. */
  readonly uncleanReplicas?: readonly number[];
  readonly election?: ElectionKind;
  /** A broker says where its replica lies. */
  readonly directory?: { readonly brokerId: number; readonly directoryId: string };
}

/** An unclean leader may have lost committed records and says so until its ISR has formed anew. */
const RECOVERED = 0;
const RECOVERING = 1;
const RECOVERY_UNCHANGED = -1;

interface Draft {
  readonly isr: readonly number[];
  readonly replicas: readonly number[];
  readonly addingReplicas: readonly number[];
  readonly removingReplicas: readonly number[];
  readonly eligibleLeaderReplicas: readonly number[];
  readonly lastKnownElr: readonly number[];
  readonly leader: number;
  readonly leaderRecoveryState: number;
}

/**
 * The record that brings a partition to what is wanted, or null when it is there already. A reassignment whose new
 * replicas are all in sync is completed on the way, and a leader is elected where the present one cannot stay.
 */
export function changePartition(
  partition: ChangingPartition,
  targets: PartitionTargets,
): MetadataRecord | null {
  const { image } = partition;
  const wanted: Draft = {
    ...image,
    isr: targets.isr ?? image.isr,
    replicas: targets.replicas ?? image.replicas,
    addingReplicas: targets.addingReplicas ?? image.addingReplicas,
    removingReplicas: targets.removingReplicas ?? image.removingReplicas,
    leaderRecoveryState: targets.hasRecovered === true ? RECOVERED : image.leaderRecoveryState,
  };
  const reassigned = withCompletedReassignment(wanted);
  const tracked = withEligibleLeaders(reassigned, partition, targets.uncleanReplicas ?? []);
  const elected = withLeader(tracked, partition, targets.election ?? 'clean');
  const value = difference(partition, withLastLeader(elected, partition), targets);
  return value === null ? null : { kind: 'partitionChange', value };
}

/**
 * Once every new replica is in sync, those that are to go are gone. Where the partition ends up with fewer replicas
 * all of them must be in sync: the ISR would shrink for nothing otherwise.
 */
function withCompletedReassignment(draft: Draft): Draft {
  const { addingReplicas, removingReplicas } = draft;
  if (addingReplicas.length === 0 && removingReplicas.length === 0) return draft;
  const isr = without(draft.isr, removingReplicas);
  const replicas = without(draft.replicas, removingReplicas);
  const required = addingReplicas.length < removingReplicas.length ? replicas : addingReplicas;
  if (isr.length === 0 || !required.every((id) => isr.includes(id))) return draft;
  return { ...draft, isr, replicas, addingReplicas: [], removingReplicas: [] };
}

/**
 * While fewer than `min.insync.replicas` are in sync nothing is committed, so whoever leaves then has everything that
 * is, and may lead as long as it keeps what it has.
 */
function withEligibleLeaders(
  draft: Draft,
  { image, minInSyncReplicas, tracksEligibleLeaders }: ChangingPartition,
  uncleanReplicas: readonly number[],
): Draft {
  const { isr, replicas } = draft;
  if (!tracksEligibleLeaders || isr.length >= Math.min(minInSyncReplicas, replicas.length)) {
    return { ...draft, eligibleLeaderReplicas: [] };
  }
  const former = new Set([...image.eligibleLeaderReplicas, ...image.isr]);
  const eligibleLeaderReplicas = replicas.filter(
    (id) => former.has(id) && !isr.includes(id) && !uncleanReplicas.includes(id),
  );
  return { ...draft, eligibleLeaderReplicas };
}

function withLeader(draft: Draft, partition: ChangingPartition, kind: ElectionKind): Draft {
  const { leader, isUnclean } = electLeader(draft, kind, partition.isAlive);
  if (leader === partition.image.leader) return draft;
  // Nobody but itself is known to have what an unclean leader has; recovery begins from there.
  if (isUnclean) {
    return { ...draft, leader, isr: [leader], eligibleLeaderReplicas: [], leaderRecoveryState: RECOVERING };
  }
  if (leader === NO_LEADER || draft.isr.includes(leader)) return { ...draft, leader };
  const eligibleLeaderReplicas = without(draft.eligibleLeaderReplicas, [leader]);
  return { ...draft, leader, isr: [leader], eligibleLeaderReplicas };
}

/** Whoever led last is remembered while nobody leads: when all others are lost, it is the best there is. */
function withLastLeader(draft: Draft, { image, tracksEligibleLeaders }: ChangingPartition): Draft {
  if (!tracksEligibleLeaders || draft.leader === image.leader) return draft;
  return { ...draft, lastKnownElr: draft.leader === NO_LEADER ? [image.leader] : [] };
}

function difference(
  { image, topicId, partitionId, tracksEligibleLeaders, directoryOf }: ChangingPartition,
  draft: Draft,
  { directory: told }: PartitionTargets,
): MetadataRecordValue<'partitionChange'> | null {
  const changed = (name: ListField): readonly number[] | null =>
    isSame(image[name], draft[name]) ? null : draft[name];
  const replicas = changed('replicas');
  const losesReplicas = !image.replicas.every((id) => draft.replicas.includes(id));
  const keepsIsr = draft.isr.length === 0 && !tracksEligibleLeaders;
  const directories = draft.replicas.map((id) =>
    id === told?.brokerId ? told.directoryId : (directoryAt(image, id) ?? directoryOf(id)),
  );
  const isTold = told !== undefined && directoryAt(image, told.brokerId) !== told.directoryId;
  const value = {
    partitionId,
    topicId,
    // Without eligible leaders the last in-sync replica is not forgotten: it is the only one that may lead again.
    isr: keepsIsr ? null : changed('isr'),
    // A replica that is gone must not go on fetching: the leader begins a new epoch then.
    leader: draft.leader === image.leader && !losesReplicas ? LEADER_UNCHANGED : draft.leader,
    replicas,
    removingReplicas: changed('removingReplicas'),
    addingReplicas: changed('addingReplicas'),
    leaderRecoveryState:
      draft.leaderRecoveryState === image.leaderRecoveryState
        ? RECOVERY_UNCHANGED
        : draft.leaderRecoveryState,
    directories: replicas !== null || isTold ? directories : null,
    eligibleLeaderReplicas: changed('eligibleLeaderReplicas'),
    lastKnownElr: changed('lastKnownElr'),
  };
  return isNothing(value) ? null : value;
}

type ListField =
  | 'isr'
  | 'replicas'
  | 'addingReplicas'
  | 'removingReplicas'
  | 'eligibleLeaderReplicas'
  | 'lastKnownElr';

function isNothing({ partitionId, topicId, ...changes }: MetadataRecordValue<'partitionChange'>): boolean {
  const { leader, leaderRecoveryState, ...lists } = changes;
  return (
    leader === LEADER_UNCHANGED &&
    leaderRecoveryState === RECOVERY_UNCHANGED &&
    Object.values(lists).every((list) => list === null)
  );
}

function directoryAt({ replicas, directories }: PartitionImage, brokerId: number): string | undefined {
  return directories[replicas.indexOf(brokerId)];
}

function without(ids: readonly number[], gone: readonly number[]): readonly number[] {
  return ids.filter((id) => !gone.includes(id));
}

function isSame(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((id, index) => right[index] === id);
}
