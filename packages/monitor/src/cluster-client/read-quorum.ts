import { errorOf } from '@odradek/broker/protocol';
import { ApiNotSupported, type KafkaRequests, type ResponseBody } from './kafka-requests.ts';
import { ZERO_UUID } from './zero-uuid.ts';

/** The metadata quorum, as its leader describes it. */
export type QuorumDescription =
  | { readonly state: 'known' | 'no-leader'; readonly partition: QuorumPartition }
  /** It may not be asked for, or who was asked could not say; `error` is Kafka's name of why. */
  | { readonly state: 'not-told'; readonly error: string }
  /** Brokers without a quorum. */
  | { readonly state: 'not-kraft' };

export interface QuorumPartition {
  /** Null while there is none. */
  readonly leaderId: number | null;
  readonly leaderEpoch: number;
  readonly highWatermark: number;
  readonly voters: readonly QuorumNode[];
  readonly observers: readonly QuorumNode[];
}

export interface QuorumNode {
  readonly id: number;
  readonly directoryId: string | null;
  /** `NAME://host:port`; empty where it is not told. */
  readonly endpoints: readonly string[];
  /** This one and the times are null until the leader has heard from it. */
  readonly logEndOffset: number | null;
  readonly lastFetchAt: number | null;
  readonly lastCaughtUpAt: number | null;
}

const METADATA_TOPIC = '__cluster_metadata';

/** Asks for the metadata quorum. Throws BrokerUnreachable. */
export async function readQuorum(requests: KafkaRequests): Promise<QuorumDescription> {
  try {
    const answer = await requests.askAny('DescribeQuorum', {
      topics: [{ topicName: METADATA_TOPIC, partitions: [{ partitionIndex: 0 }] }],
    });
    const partition = answer.topics[0]?.partitions[0];
    const code = answer.errorCode === 0 ? (partition?.errorCode ?? -1) : answer.errorCode;
    return code !== 0 || partition === undefined
      ? { state: 'not-told', error: errorOf(code).name }
      : described(partition, answer.nodes);
  } catch (error) {
    if (error instanceof ApiNotSupported) {
      return { state: 'not-kraft' };
    }
    throw error;
  }
}

/** The active controller: the leader of the quorum; null where there is none or it is not told. */
export function controllerOf(quorum: QuorumDescription): number | null {
  return quorum.state === 'known' ? quorum.partition.leaderId : null;
}

type Answer = ResponseBody<'DescribeQuorum'>;
type AnsweredPartition = Answer['topics'][number]['partitions'][number];

function described(partition: AnsweredPartition, nodes: Answer['nodes']): QuorumDescription {
  const endpoints = new Map(
    nodes.map(({ nodeId, listeners }) => [
      nodeId,
      listeners.map(({ name, host, port }) => `${name}://${host}:${port}`),
    ]),
  );
  const nodeOf = (replica: AnsweredPartition['currentVoters'][number]): QuorumNode => ({
    id: replica.replicaId,
    directoryId: replica.replicaDirectoryId === ZERO_UUID ? null : replica.replicaDirectoryId,
    endpoints: endpoints.get(replica.replicaId) ?? [],
    logEndOffset: known(replica.logEndOffset),
    lastFetchAt: known(replica.lastFetchTimestamp),
    lastCaughtUpAt: known(replica.lastCaughtUpTimestamp),
  });
  const leaderId = known(partition.leaderId);
  return {
    state: leaderId === null ? 'no-leader' : 'known',
    partition: {
      leaderId,
      leaderEpoch: partition.leaderEpoch,
      highWatermark: partition.highWatermark,
      voters: partition.currentVoters.map(nodeOf),
      observers: partition.observers.map(nodeOf),
    },
  };
}

function known(value: number): number | null {
  return value < 0 ? null : value;
}
