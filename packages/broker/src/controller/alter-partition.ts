import type { MetadataImage, PartitionImage } from '../metadata/metadata-image.ts';
import type { MetadataRecord } from '../metadata/metadata-record.ts';
import { LEADER_UNCHANGED, mergePartitionChange } from '../metadata/partition-image.ts';
import { ErrorCode } from '../protocol/errors.ts';
import type { ControllerView, Decision } from './decision.ts';
import { isActive } from './partition-assignment.ts';
import { PartitionChanges } from './partition-changes.ts';

/** What a leader wants the ISR of a partition of its own to be (KIP-497, KIP-903). */
export interface IsrChange {
  readonly topicId: string;
  readonly partitionId: number;
  readonly leaderEpoch: number;
  /** The state that the leader knows; another change in between refuses this one. */
  readonly partitionEpoch: number;
  readonly isr: readonly {
    readonly brokerId: number;
    /** -1: the incarnation does not matter. */
    readonly brokerEpoch: number;
  }[];
  /** 0 recovered, 1 still recovering from an unclean election. */
  readonly leaderRecoveryState: number;
}

const RECOVERED = 0;

/** The partition as it is after the change, or why it was refused. */
export type IsrChangeResult =
  | { readonly kind: 'changed'; readonly partition: PartitionImage }
  | { readonly kind: 'refused'; readonly errorCode: number };

/** `refused` is a broker that was registered anew since it began to ask. */
export type IsrChangesReply =
  | { readonly kind: 'refused'; readonly errorCode: number }
  | { readonly kind: 'answered'; readonly results: readonly IsrChangeResult[] };

/** Decides on the changes that an incarnation of a broker asks for. */
export function alterPartitionsOf(
  view: ControllerView,
  broker: { readonly id: number; readonly epoch: number },
  wanted: readonly IsrChange[],
): Decision<IsrChangesReply> {
  if (view.image.brokers.get(broker.id)?.epoch !== broker.epoch) {
    return { records: [], response: { kind: 'refused', errorCode: ErrorCode.STALE_BROKER_EPOCH } };
  }
  const { records, response: results } = alterPartitions(view, broker.id, wanted);
  return { records, response: { kind: 'answered', results } };
}

/** Decides on the changes that one broker asks for, each for itself. The broker's epoch was checked before. */
export function alterPartitions(
  view: ControllerView,
  brokerId: number,
  wanted: readonly IsrChange[],
): Decision<readonly IsrChangeResult[]> {
  const changes = new PartitionChanges(view);
  const response = wanted.map((change) => alterPartition(view, { brokerId, change, changes }));
  return { records: changes.records, response };
}

function alterPartition(
  { image }: ControllerView,
  request: { readonly brokerId: number; readonly change: IsrChange; readonly changes: PartitionChanges },
): IsrChangeResult {
  const { brokerId, change, changes } = request;
  const topic = image.topicsById.get(change.topicId);
  if (topic === undefined) return refused(ErrorCode.UNKNOWN_TOPIC_ID);
  const partition = topic.partitions[change.partitionId];
  if (partition === undefined) return refused(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  const errorCode = refusalOf(image, partition, { brokerId, change });
  if (errorCode !== ErrorCode.NONE) return refused(errorCode);
  const record = changes.change(topic, change.partitionId, {
    isr: change.isr.map((member) => member.brokerId),
    hasRecovered: change.leaderRecoveryState === RECOVERED,
  });
  return outcomeOf(brokerId, partition, record);
}

/** A change that completes a reassignment may take the lead from whoever asked: it must look at the metadata first. */
function outcomeOf(
  brokerId: number,
  partition: PartitionImage,
  record: MetadataRecord | null,
): IsrChangeResult {
  if (record === null || record.kind !== 'partitionChange') return { kind: 'changed', partition };
  const { leader } = record.value;
  if (leader !== brokerId && leader !== LEADER_UNCHANGED) return refused(ErrorCode.NEW_LEADER_ELECTED);
  return { kind: 'changed', partition: mergePartitionChange(partition, record.value) };
}

function refusalOf(
  image: MetadataImage,
  partition: PartitionImage,
  { brokerId, change }: { readonly brokerId: number; readonly change: IsrChange },
): number {
  // A leader that knows more than this controller has found one that is a controller no longer.
  const isAhead =
    change.leaderEpoch > partition.leaderEpoch || change.partitionEpoch > partition.partitionEpoch;
  if (isAhead) return ErrorCode.NOT_CONTROLLER;
  if (change.leaderEpoch < partition.leaderEpoch) return ErrorCode.FENCED_LEADER_EPOCH;
  if (brokerId !== partition.leader) return ErrorCode.INVALID_REQUEST;
  if (change.partitionEpoch < partition.partitionEpoch) return ErrorCode.INVALID_UPDATE_VERSION;
  if (!isPossibleIsr(partition, change)) return ErrorCode.INVALID_REQUEST;
  return change.isr.every((member) => isEligible(image, member))
    ? ErrorCode.NONE
    : ErrorCode.INELIGIBLE_REPLICA;
}

function isPossibleIsr(partition: PartitionImage, { isr, leaderRecoveryState }: IsrChange): boolean {
  const ids = isr.map(({ brokerId }) => brokerId);
  const areReplicas = ids.length > 0 && ids.every((id) => partition.replicas.includes(id));
  if (!areReplicas || new Set(ids).size !== ids.length || !ids.includes(partition.leader)) return false;
  const isRecovering = leaderRecoveryState !== RECOVERED;
  // While it recovers a leader is alone, and one that has recovered does not fall back.
  return !isRecovering || (ids.length === 1 && partition.leaderRecoveryState !== RECOVERED);
}

/** A replica that is fenced, about to stop or of an earlier incarnation must not be counted on. */
function isEligible(image: MetadataImage, member: IsrChange['isr'][number]): boolean {
  const broker = image.brokers.get(member.brokerId);
  if (broker === undefined || !isActive(broker)) return false;
  return member.brokerEpoch === -1 || member.brokerEpoch === broker.epoch;
}

function refused(errorCode: number): IsrChangeResult {
  return { kind: 'refused', errorCode };
}
