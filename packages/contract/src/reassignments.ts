import * as z from 'zod';
import { bytes, count, timestampMs, topicPartition } from './scalars.ts';

const brokerIds = z.array(z.int().nonnegative());

/** Where the replicas of a partition are to be; the first one is the preferred leader. */
export const partitionTarget = topicPartition.extend({ replicas: brokerIds.min(1) });
export type PartitionTarget = z.infer<typeof partitionTarget>;

/** What a plan is asked for. */
export const reassignmentGoal = z.object({
  /** Null: all topics. */
  topics: z.array(z.string()).min(1).nullable(),
  /** Of those topics only these; null: all of them. */
  partitions: z.array(topicPartition).min(1).nullable().default(null),
  /** The brokers that replicas may be on afterwards; others are emptied. */
  brokers: brokerIds.min(1),
  /** Null: each partition keeps as many replicas as it has. */
  replicationFactor: z.int().min(1).max(32_767).nullable().default(null),
});
export type ReassignmentGoal = z.infer<typeof reassignmentGoal>;
export type ReassignmentGoalRequest = z.input<typeof reassignmentGoal>;

/** One partition of a plan. */
export const plannedMove = topicPartition.extend({
  before: brokerIds,
  after: brokerIds,
  /** Of the leader's log; null where it is not known. */
  sizeBytes: bytes.nullable(),
  /** Copied over the network: its size for each replica added. Null where the size is not known. */
  bytesToCopy: bytes.nullable(),
});
export type PlannedMove = z.infer<typeof plannedMove>;

const beforeAndAfter = z.object({ before: count, after: count });

export const plannedBroker = z.object({
  id: z.int(),
  rack: z.string().nullable(),
  /** Partitions it leads; after: where the leader stays a replica it goes on leading. */
  leaders: beforeAndAfter,
  /** Partitions whose first replica it is. */
  preferredLeaders: beforeAndAfter,
  replicas: beforeAndAfter,
  /** Copied to it, as far as sizes are known. */
  bytesIn: bytes,
});
export type PlannedBroker = z.infer<typeof plannedBroker>;

/** What would be done, and what it would mean. Counts of brokers are over the topics asked for. */
export const reassignmentPlan = z.object({
  moves: z.array(plannedMove),
  /** Partitions that were looked at. */
  partitions: count,
  /** Replicas that are made on brokers which had none. */
  replicasToCopy: count,
  /** As far as sizes are known. */
  bytesToCopy: bytes,
  /** Partitions to copy whose size is not known. */
  unknownSizes: count,
  brokers: z.array(plannedBroker),
  /** Partitions with two replicas in one rack though there are racks enough; null: brokers have no racks. */
  rackViolations: beforeAndAfter.nullable(),
});
export type ReassignmentPlan = z.infer<typeof reassignmentPlan>;

const bytesPerSecond = z
  .int()
  .min(1_024)
  .max(2 ** 50);

export const startReassignmentRequest = z.object({
  partitions: z.array(partitionTarget).min(1).max(100_000),
  /** Of each broker, for what it sends and for what it receives; null: as fast as it goes. */
  throttleBytesPerSecond: bytesPerSecond.nullable().default(null),
});
export type StartReassignmentRequest = z.input<typeof startReassignmentRequest>;

/** What became of each partition asked for; one that was refused changes nothing. */
export const reassignmentOutcome = z.object({
  accepted: count,
  refused: z.array(topicPartition.extend({ error: z.string(), message: z.string() })),
});
export type ReassignmentOutcome = z.infer<typeof reassignmentOutcome>;

/** Null: all that are under way. */
export const cancelReassignmentRequest = z.object({ partitions: z.array(topicPartition).min(1).nullable() });
export type CancelReassignmentRequest = z.input<typeof cancelReassignmentRequest>;

/** Null: no throttle any more. */
export const throttleRequest = z.object({ bytesPerSecond: bytesPerSecond.nullable() });
export type ThrottleRequest = z.input<typeof throttleRequest>;

/** A partition whose replicas are moving. */
export const activeReassignment = topicPartition.extend({
  replicas: brokerIds,
  adding: brokerIds,
  removing: brokerIds,
  /** Replicas that are to be added and not in sync yet. */
  replicasLeft: count,
  /** Of all replicas that are to be added; null where sizes are not known. */
  bytesTotal: bytes.nullable(),
  bytesCopied: bytes.nullable(),
});
export type ActiveReassignment = z.infer<typeof activeReassignment>;

export const throttledBroker = z.object({ id: z.int(), bytesPerSecond: bytes.nullable() });

export const reassignmentStatus = z.object({
  /** `not-told`: ListPartitionReassignments is not permitted, or not known to the cluster. */
  state: z.enum(['known', 'not-told']),
  active: z.array(activeReassignment),
  /** Brokers with a throttle on replication, and topics it is set for; both empty: there is none. */
  throttle: z.object({ brokers: z.array(throttledBroker), topics: z.array(z.string()) }),
  checkedAt: timestampMs,
});
export type ReassignmentStatus = z.infer<typeof reassignmentStatus>;
