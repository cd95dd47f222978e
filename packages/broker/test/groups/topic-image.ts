import { EMPTY_IMAGE, type MetadataImage, type PartitionImage } from '../../src/metadata/metadata-image.ts';
import { ZERO_UUID } from '../../src/protocol/uuid.ts';

const UUID_BYTES = 16;

/** An id that tells the name of its topic, and how often one of that name was made before. */
export function idOfTopic(name: string, formerLives = 0): string {
  const text = name + "'".repeat(formerLives);
  return Buffer.from(text.padEnd(UUID_BYTES, '\0').slice(0, UUID_BYTES)).toString('base64url');
}

/** Ids of existing topics in a text, as their names. */
export function withTopicNames(text: string, { topicsById }: MetadataImage): string {
  let told = text;
  for (const { id, name } of topicsById.values()) told = told.replaceAll(id, name);
  return told;
}

/** Metadata with these topics, each with a number of partitions, and nothing else. */
export function imageOf(
  topics: ReadonlyMap<string, number>,
  version: number,
  formerLives: ReadonlyMap<string, number> = new Map(),
): MetadataImage {
  const entries = [...topics].map(([name, count]) => ({
    name,
    id: idOfTopic(name, formerLives.get(name)),
    partitions: Array.from({ length: count }, () => PARTITION),
  }));
  return {
    ...EMPTY_IMAGE,
    offset: version,
    topicsByName: EMPTY_IMAGE.topicsByName.with(entries.map((topic) => [topic.name, topic])),
    topicsById: EMPTY_IMAGE.topicsById.with(entries.map((topic) => [topic.id, topic])),
  };
}

/** Led and held by broker 1 alone. */
export const PARTITION: PartitionImage = {
  replicas: [1],
  directories: [ZERO_UUID],
  isr: [1],
  addingReplicas: [],
  removingReplicas: [],
  eligibleLeaderReplicas: [],
  lastKnownElr: [],
  leader: 1,
  leaderRecoveryState: 0,
  leaderEpoch: 0,
  partitionEpoch: 0,
};
