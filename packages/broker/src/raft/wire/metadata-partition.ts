import type { VoterEndpoint } from '../voter-set.ts';

/** The one partition of the quorum, and the topic id that Kafka reserves for it. */
export const METADATA_TOPIC = '__cluster_metadata';
export const METADATA_TOPIC_ID = 'AAAAAAAAAAAAAAAAAAAAAQ';
const METADATA_PARTITION = 0;

interface TopicOf<Partition> {
  readonly topicName: string;
  readonly partitions: readonly Partition[];
}

/** The partition of a request or response that is about the metadata log and nothing else; null where it is not. */
export function soleMetadataPartition<Partition extends { readonly partitionIndex: number }>(
  topics: readonly TopicOf<Partition>[],
): Partition | null {
  const [topic] = topics;
  const [partition] = topic?.partitions ?? [];
  if (topics.length !== 1 || topic?.partitions.length !== 1 || partition === undefined) return null;
  const isMetadata = topic.topicName === METADATA_TOPIC && partition.partitionIndex === METADATA_PARTITION;
  return isMetadata ? partition : null;
}

/** The form around a partition in which the RPCs of the quorum say everything. */
export function metadataTopics<Partition>(partition: Partition) {
  return [{ topicName: METADATA_TOPIC, partitions: [{ partitionIndex: METADATA_PARTITION, ...partition }] }];
}

export interface LeaderTold {
  readonly leaderId: number | null;
  readonly leaderEndpoints: readonly VoterEndpoint[];
}

/** Where the leader is reached by the controllers' listener, for versions that tell it. */
export function leaderNodes({ leaderId, leaderEndpoints }: LeaderTold) {
  const [endpoint] = leaderEndpoints;
  if (leaderId === null || endpoint === undefined) return {};
  return { nodeEndpoints: [{ nodeId: leaderId, host: endpoint.host, port: endpoint.port }] };
}

/** What an answer tells of the leader. */
export function leaderTold(
  leaderId: number,
  nodes: readonly { readonly nodeId: number; readonly host: string; readonly port: number }[],
): LeaderTold {
  const node = nodes.find(({ nodeId }) => nodeId === leaderId);
  return {
    leaderId: leaderId < 0 ? null : leaderId,
    leaderEndpoints: node === undefined ? [] : [{ name: '', host: node.host, port: node.port }],
  };
}
