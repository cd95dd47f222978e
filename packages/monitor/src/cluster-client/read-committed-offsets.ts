import type { BrokerNode, ClusterMetadata } from './cluster-metadata.ts';
import { chunks, fanOut } from './fan-out.ts';
import type { Coordinator } from './find-coordinator.ts';
import type { ListedGroup } from './group-description.ts';
import { KafkaError } from './kafka-error.ts';
import type { KafkaRequests } from './kafka-requests.ts';

/** One committed offset, asked for by OffsetFetch: when it was committed is not known. */
export interface AskedOffset {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly metadata: string | null;
}

export interface AskedOffsets {
  readonly offsets: readonly AskedOffset[];
  /** The groups that were answered, so that an offset missing here is known to be gone. */
  readonly answered: ReadonlySet<string>;
}

const GROUPS_PER_REQUEST = 50;

/** Topics are named by id from version 10 on, and an id cannot be resolved after its topic is gone. */
const MAX_VERSION = 9;

/** Asks the coordinators for all committed offsets of the groups. Never throws; groups not answered are missing. */
export async function readCommittedOffsets(
  requests: KafkaRequests,
  metadata: ClusterMetadata,
  groups: readonly ListedGroup[],
): Promise<AskedOffsets> {
  const offsets: AskedOffset[] = [];
  const answered = new Set<string>();
  await fanOut(
    questions(metadata, groups),
    async ([coordinator, names]) => {
      const answer = await requests.send(
        coordinator,
        'OffsetFetch',
        { groups: names.map((groupId) => ({ groupId, topics: null })) },
        { maxVersion: MAX_VERSION },
      );
      for (const { groupId, topics, errorCode } of answer.groups) {
        if (errorCode === 0) {
          answered.add(groupId);
          offsets.push(...topics.flatMap((topic) => offsetsOf(groupId, topic)));
        }
      }
    },
    () => {},
  );
  return { offsets, answered };
}

/** All committed offsets of one group. Throws KafkaError and BrokerUnreachable. */
export async function readGroupOffsets(
  requests: KafkaRequests,
  coordinator: Coordinator,
  group: string,
): Promise<AskedOffset[]> {
  const body = { groups: [{ groupId: group, topics: null }] };
  const answer = await requests.send(coordinator, 'OffsetFetch', body, { maxVersion: MAX_VERSION });
  const [found] = answer.groups;
  if (found === undefined || found.errorCode !== 0) {
    throw new KafkaError(found?.errorCode ?? -1, null);
  }
  return found.topics.flatMap((topic) => offsetsOf(group, topic));
}

function questions(metadata: ClusterMetadata, groups: readonly ListedGroup[]): [BrokerNode, string[]][] {
  return [...metadata.brokers.values()].flatMap((coordinator) => {
    const named = groups.filter((group) => group.coordinator === coordinator.id).map(({ group }) => group);
    return chunks(named, GROUPS_PER_REQUEST).map((names): [BrokerNode, string[]] => [coordinator, names]);
  });
}

interface FetchedTopic {
  readonly name: string;
  readonly partitions: readonly {
    readonly partitionIndex: number;
    readonly committedOffset: number;
    readonly metadata: string | null;
    readonly errorCode: number;
  }[];
}

function offsetsOf(group: string, { name, partitions }: FetchedTopic): AskedOffset[] {
  return partitions
    .filter(({ committedOffset, errorCode }) => errorCode === 0 && committedOffset >= 0)
    .map(({ partitionIndex, committedOffset, metadata }) => ({
      group,
      topic: name,
      partition: partitionIndex,
      offset: committedOffset,
      metadata: metadata === '' ? null : metadata,
    }));
}
