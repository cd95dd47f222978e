import * as z from 'zod';
import { bytes, count, partitionsNamed, timestampMs } from './scalars.ts';

/** What a node is in the metadata quorum. */
export const quorumRole = z.enum(['leader', 'voter', 'observer']);
export type QuorumRole = z.infer<typeof quorumRole>;

/**
 * `up`: listed and answering. `silent`: the cluster counts on it, but it does not answer the console. `fenced`:
 * registered, and kept out of the cluster until it sends heartbeats. `absent`: replicas name it, and nobody lists it.
 */
export const brokerStatus = z.enum(['up', 'silent', 'fenced', 'absent']);
export type BrokerStatus = z.infer<typeof brokerStatus>;

/** One folder a broker keeps logs in. */
export const logDirectory = z.object({
  path: z.string(),
  /** Of the replicas in it. */
  sizeBytes: bytes,
  replicas: count,
  /** Of its volume; null on brokers before Kafka 3.3. */
  totalBytes: bytes.nullable(),
  usableBytes: bytes.nullable(),
  /** Kafka's error name; null while the directory is online. */
  error: z.string().nullable(),
});
export type LogDirectory = z.infer<typeof logDirectory>;

/** What Odradek's supervisor knows of the process of a broker it started. */
export const brokerProcess = z.object({
  state: z.enum(['starting', 'running', 'paused', 'stopping', 'stopped', 'failed']),
  /** Null while there is no process. */
  pid: z.int().nullable(),
  /** Why it failed or died last; null when there is nothing to say. */
  reason: z.string().nullable(),
});
export type BrokerProcess = z.infer<typeof brokerProcess>;

export const broker = z.object({
  id: z.int(),
  /** The advertised address. */
  host: z.string(),
  port: count,
  rack: z.string().nullable(),
  isController: z.boolean(),
  /** Null where brokers have no part in the quorum, or it is not told. */
  quorumRole: quorumRole.nullable(),
  status: brokerStatus,
  reachable: z.boolean(),
  /** Why it does not answer; null while reachable. */
  reason: z.string().nullable(),
  /** Partitions this broker leads. */
  leaders: count,
  /** Partitions whose first replica, the preferred leader, it is. */
  preferredLeaders: count,
  /** Partition replicas assigned to it. */
  replicas: count,
  /** Assigned replicas that are not in sync. */
  outOfSync: count,
  /** Sum over its log directories; null when DescribeLogDirs is not permitted. */
  sizeBytes: bytes.nullable(),
  /** Null when DescribeLogDirs is not permitted, or it does not answer. */
  logDirectories: z.array(logDirectory).nullable(),
  /** Null when this Odradek did not start it. */
  process: brokerProcess.nullable(),
});
export type Broker = z.infer<typeof broker>;

export const brokerList = z.object({ brokers: z.array(broker), checkedAt: timestampMs.nullable() });
export type BrokerList = z.infer<typeof brokerList>;

/** What can be done to the process of a broker of a managed cluster. */
export const brokerAct = z.enum(['start', 'stop', 'restart', 'kill', 'pause', 'resume']);
export type BrokerAct = z.infer<typeof brokerAct>;

/** What the cluster loses while a broker is away, as of the last sample. */
export const brokerImpact = z.object({
  /** Partitions it leads that another in-sync replica takes over. */
  leadersToMove: count,
  /** Partitions of which it is the last in-sync replica: nobody can read or write them. */
  leaderless: partitionsNamed,
  /** Partitions that keep a leader and fall below min.insync.replicas: acks=all is refused. */
  belowMinIsr: partitionsNamed,
  /** Replicas that fall behind until it is back. */
  replicas: count,
  /** Null when it is no voter, or the quorum is not known. */
  quorum: z
    .object({
      isLeader: z.boolean(),
      voters: count,
      /** Voters that are left without it. */
      left: count,
      /** As many as decide. */
      majority: count,
    })
    .nullable(),
});
export type BrokerImpact = z.infer<typeof brokerImpact>;
