import * as z from 'zod';
import { count, offset, timestampMs } from './scalars.ts';
import { groupVerdict, partitionVerdict, verdictEvidence } from './verdicts.ts';

export const groupType = z.enum(['classic', 'consumer', 'share', 'streams', 'unknown']);
export type GroupType = z.infer<typeof groupType>;

export const groupSummary = z.object({
  group: z.string(),
  type: groupType,
  /** Kafka's own state: `Stable`, `Empty`, `PreparingRebalance`, `Assigning`, `Dead`, … */
  state: z.string(),
  /** Null while the group could not be described. */
  members: count.nullable(),
  topics: z.array(z.string()),
  /** Sum over partitions that have a commit; null when none has. */
  totalLag: count.nullable(),
  /** Null when the group never committed. */
  verdict: groupVerdict.nullable(),
  /** The partition with the worst verdict, then the largest lag; null when nothing is committed. */
  worstPartition: z
    .object({ topic: z.string(), partition: count, verdict: partitionVerdict, lag: count })
    .nullable(),
  /** Commits are polled, not read: STALL shows as STOP. */
  polled: z.boolean(),
  /** When the group last committed anything. */
  lastCommitAt: timestampMs.nullable(),
  /** Total lag over the last 15 minutes, oldest first, evenly spaced; null where there is no sample. */
  sparkline: z.array(count.nullable()),
});
export type GroupSummary = z.infer<typeof groupSummary>;

export const groupList = z.object({ groups: z.array(groupSummary), checkedAt: timestampMs.nullable() });
export type GroupList = z.infer<typeof groupList>;

/** Some partitions of some topics. */
export const topicPartitions = z.array(z.object({ topic: z.string(), partitions: z.array(count) }));
export type TopicPartitions = z.infer<typeof topicPartitions>;

export const groupMember = z.object({
  memberId: z.string(),
  /** `group.instance.id` of a static member. */
  instanceId: z.string().nullable(),
  clientId: z.string(),
  host: z.string(),
  rack: z.string().nullable(),
  /** The epoch the member has reached; null in groups whose members have none, which are the classic ones. */
  memberEpoch: z.int().nullable(),
  /** A member of a consumer group may still speak the classic protocol; null where that is not told. */
  protocol: z.enum(['classic', 'consumer']).nullable(),
  /** Null where only the client knows. */
  subscribedTopics: z.array(z.string()).nullable(),
  subscribedRegex: z.string().nullable(),
  assignment: topicPartitions,
  /** Where the coordinator wants it to get to; null where the assignment is all there is. */
  targetAssignment: topicPartitions.nullable(),
});
export type GroupMember = z.infer<typeof groupMember>;

export const groupPartition = z.object({
  topic: z.string(),
  partition: count,
  /** Null: never committed. Such a partition has no lag and no verdict. */
  committed: offset.nullable(),
  committedAt: timestampMs.nullable(),
  /** The text the client stored beside the commit. */
  metadata: z.string().nullable(),
  logStartOffset: offset.nullable(),
  /** The partition's end offset (high watermark); null while unknown. */
  end: offset.nullable(),
  /** End minus committed, never below zero; null where either is null. */
  lag: count.nullable(),
  /** Null: never committed, or no commit seen within Burrow's `expire-group` of a week. */
  verdict: partitionVerdict.nullable(),
  /** The member the partition is assigned to. */
  memberId: z.string().nullable(),
  evidence: verdictEvidence.nullable(),
});
export type GroupPartition = z.infer<typeof groupPartition>;

export const groupDetail = groupSummary.extend({
  protocolType: z.string().nullable(),
  /** The assignor the members agreed on. */
  assignor: z.string().nullable(),
  /** Raised by every rebalance; null for classic groups, whose generation is not told to who asks. */
  groupEpoch: z.int().nullable(),
  /** The group epoch that the target assignment was computed for. */
  assignmentEpoch: z.int().nullable(),
  /** Why members and assignments are missing, in one sentence; null where they were told. */
  notDescribed: z.string().nullable(),
  /** Broker id. */
  coordinator: z.int().nullable(),
  memberDetails: z.array(groupMember),
  partitions: z.array(groupPartition),
  checkedAt: timestampMs.nullable(),
});
export type GroupDetail = z.infer<typeof groupDetail>;
