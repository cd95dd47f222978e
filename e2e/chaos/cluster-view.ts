import { ask } from './ask.ts';

/** What Metadata says of one partition. */
export interface PartitionView {
  readonly leader: number;
  readonly isr: readonly number[];
}

/** The cluster as one broker tells it. */
export interface View {
  /** Brokers that are not fenced. */
  readonly brokers: readonly number[];
  /** By the number of the partition; empty while the topic is not known there. */
  readonly partitions: readonly PartitionView[];
}

interface MetadataAnswer {
  readonly brokers: readonly { readonly nodeId: number }[];
  readonly topics: readonly {
    readonly errorCode: number;
    readonly partitions: readonly {
      readonly partitionIndex: number;
      readonly leaderId: number;
      readonly isrNodes: readonly number[];
    }[];
  }[];
}

const ANSWER_MS = 2_000;

/** What the broker at an address says of the cluster and of one topic; null when it says nothing in time. */
export async function viewFrom(address: string, topic: string): Promise<View | null> {
  const body = { topics: [{ name: topic }], allowAutoTopicCreation: false };
  const answer = await ask(address, { api: 'Metadata', version: 12, body }, ANSWER_MS);
  if (answer === null) return null;
  const { brokers, topics } = answer as MetadataAnswer;
  const partitions: PartitionView[] = [];
  for (const { partitionIndex, leaderId, isrNodes } of topics[0]?.partitions ?? []) {
    partitions[partitionIndex] = { leader: leaderId, isr: isrNodes };
  }
  return { brokers: brokers.map(({ nodeId }) => nodeId), partitions };
}

/** The id of the active controller as the broker at an address knows it; null when it does not say. */
export async function controllerFrom(address: string): Promise<number | null> {
  const body = { topics: [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }] };
  const answer = await ask(address, { api: 'DescribeQuorum', version: 1, body }, ANSWER_MS);
  if (answer === null) return null;
  const { topics } = answer as { topics: { partitions: { leaderId: number }[] }[] };
  return topics[0]?.partitions[0]?.leaderId ?? null;
}

/** Whether all brokers, asked one by one, say that all are there and that each partition is led and in sync everywhere. */
export function isWhole(views: readonly (View | null)[], partitions: number): boolean {
  return views.every(
    (view) =>
      view !== null &&
      view.brokers.length === views.length &&
      view.partitions.length === partitions &&
      view.partitions.every(({ leader, isr }) => leader >= 0 && isr.length === views.length),
  );
}

/** The partitions as most of what was asked agree on them: as the first view that names leaders for all. */
export function leadersIn(views: readonly (View | null)[]): readonly number[] {
  const view = views.find((candidate) => candidate?.partitions.every(({ leader }) => leader >= 0) === true);
  return view?.partitions.map(({ leader }) => leader) ?? [];
}
