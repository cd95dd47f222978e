import * as z from 'zod';
import { count, timestampMs } from './scalars.ts';

const brokerIds = z.array(z.int());

/** A partition and the brokers that hold it: one row of the matrix. */
export const partitionReplicas = z.object({
  topic: z.string(),
  partition: count,
  leader: z.int().nullable(),
  leaderEpoch: z.int().nullable(),
  /** The first one is the preferred leader. While replicas move, those added and those to go are all in it. */
  replicas: brokerIds,
  isr: brokerIds,
  /** Replicas on brokers or log directories that are not there. */
  offline: brokerIds,
  adding: brokerIds,
  removing: brokerIds,
});
export type PartitionReplicas = z.infer<typeof partitionReplicas>;

export const replicaMatrix = z.object({
  /** By topic, then partition. */
  partitions: z.array(partitionReplicas),
  /** Raised with every change; a patch of the event stream applies to exactly one version. */
  version: count,
  checkedAt: timestampMs.nullable(),
});
export type ReplicaMatrix = z.infer<typeof replicaMatrix>;
