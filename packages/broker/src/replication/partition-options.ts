import type { PartitionLog } from '../log/partition-log.ts';
import type { PartitionImage } from '../metadata/metadata-image.ts';
import type { Clock } from '../runtime/clock.ts';
import type { IsrAnswer, IsrProposal } from './leadership.ts';
import type { Partition } from './partition.ts';

export interface PartitionOptions {
  readonly topic: string;
  readonly topicId: string;
  readonly partition: number;
  readonly nodeId: number;
  readonly log: PartitionLog;
  readonly image: PartitionImage;
  /** `min.insync.replicas` of the topic. */
  readonly minInSyncReplicas: number;
  readonly surroundings: PartitionSurroundings;
}

/** What all partitions of a broker share. */
export interface PartitionSurroundings {
  readonly clock: Clock;
  /** `replica.lag.time.max.ms`. */
  readonly maxLagMs: number;
  /** As `LeadershipOptions` has it. */
  readonly activeEpochOf: (brokerId: number) => number | null;
  readonly alterIsr: AlterIsr;
  /** Told of a partition that could not be led at once when the metadata said so. */
  readonly ledLate: (partition: Partition) => void;
  /** Told of a partition whose log has gone offline for what lies in it, and not with its directory. */
  readonly damaged: (partition: Partition) => void;
}

/** Asks the controller for an ISR, and goes on until it has answered or the proposal is of no interest any more. */
export type AlterIsr = (
  partition: { readonly topicId: string; readonly partition: number },
  proposal: IsrProposal,
) => Promise<IsrAnswer>;
