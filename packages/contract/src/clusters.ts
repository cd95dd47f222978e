import * as z from 'zod';
import { count, timestampMs, topicPartition } from './scalars.ts';
import { groupVerdict } from './verdicts.ts';

/** Why a cluster cannot be reached, told apart so that the page can name the remedy. */
export const unreachableKind = z.enum([
  'dns',
  'refused',
  'timeout',
  'tls',
  'sasl',
  'advertised-listener',
  'not-kafka',
  'unknown',
]);
export type UnreachableKind = z.infer<typeof unreachableKind>;

export const unreachableReason = z.object({
  kind: unreachableKind,
  /** One sentence with the address and the cause. */
  message: z.string(),
  /** `host:port` that failed; null when no single address is to blame. */
  address: z.string().nullable(),
  since: timestampMs,
  /** When the next attempt is made; null while one is under way. */
  nextAttemptAt: timestampMs.nullable(),
});
export type UnreachableReason = z.infer<typeof unreachableReason>;

export const clusterState = z.enum(['connecting', 'reachable', 'unreachable']);
export type ClusterState = z.infer<typeof clusterState>;

/** Where commits are learnt from; `polled` cannot tell STALL from STOP. */
export const commitSource = z.enum(['starting', 'offsets-topic', 'polled']);
export type CommitSource = z.infer<typeof commitSource>;

export const clusterSummary = z.object({
  /** The name it was defined with; identifies it in every path. */
  name: z.string(),
  state: clusterState,
  /** Set exactly when `state` is `unreachable`. */
  reason: unreachableReason.nullable(),
  /** The bootstrap servers as defined, `host:port`. */
  bootstrap: z.array(z.string()),
  /** No request of the console may change this cluster. */
  readOnly: z.boolean(),
  /** Started by this Odradek. */
  managed: z.boolean(),
  /** Kafka's cluster id; null until first reached. */
  clusterId: z.string().nullable(),
  sampleIntervalMs: count,
  commitSource,
  /** Why commits are polled, in one sentence; null otherwise. */
  commitSourceReason: z.string().nullable(),
  /** End of the last complete sample; values on every page are as old as this. */
  checkedAt: timestampMs.nullable(),
  groupsInError: count,
  groupsInWarning: count,
});
export type ClusterSummary = z.infer<typeof clusterSummary>;

export const clusterList = z.object({ clusters: z.array(clusterSummary) });
export type ClusterList = z.infer<typeof clusterList>;

const severity = z.enum(['critical', 'warning']);

/** Something that is wrong now. Conditions come worst first. */
export const condition = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('cluster-unreachable'), severity, reason: unreachableReason }),
  z.object({
    kind: z.literal('broker-unreachable'),
    severity,
    brokerId: count,
    /** `host:port` the broker advertises; null when the cluster does not list it any more. */
    address: z.string().nullable(),
    message: z.string(),
    since: timestampMs,
  }),
  z.object({
    kind: z.literal('no-controller'),
    severity,
    since: timestampMs,
  }),
  z.object({
    kind: z.literal('leaderless-partitions'),
    severity,
    total: count,
    /** The first ones; `total` counts all. */
    partitions: z.array(topicPartition),
  }),
  z.object({
    kind: z.literal('under-replicated-partitions'),
    severity,
    total: count,
    partitions: z.array(topicPartition),
  }),
  z.object({
    kind: z.literal('group'),
    severity,
    group: z.string(),
    verdict: groupVerdict,
    totalLag: count.nullable(),
    /** The worst partition's verdict in one sentence. */
    explanation: z.string(),
  }),
]);
export type Condition = z.infer<typeof condition>;

export const overview = z.object({
  cluster: clusterSummary,
  /** Empty: nothing is wrong as of `checkedAt`. */
  conditions: z.array(condition),
  counts: z.object({
    brokers: count,
    topics: count,
    internalTopics: count,
    partitions: count,
    groups: count,
    leaderlessPartitions: count,
    underReplicatedPartitions: count,
  }),
  /** Sum of all groups' lag; null before the first sample. */
  totalLag: count.nullable(),
  /** Records appended per second over all topics; null before two samples. */
  recordsInPerSecond: z.number().nullable(),
  /** The active controller, which need not be a broker; null where there is none, or it is not told. */
  controllerId: count.nullable(),
  checkedAt: timestampMs.nullable(),
});
export type Overview = z.infer<typeof overview>;
