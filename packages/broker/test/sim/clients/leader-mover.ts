import { ErrorCode } from '../../../src/protocol/errors.ts';
import type { Findings } from '../findings.ts';
import { alterPartitionReassignments, electLeaders, metadata } from './apis.ts';
import type { ClientProcess } from './client-process.ts';

const REQUEST_TIMEOUT_MS = 3000;
const PAUSE_MS_MAX = 2500;
/** How soon one move may follow another: before those who followed have heard of the first. */
const AT_ONCE = 0.5;
const AT_ONCE_MS_MAX = 60;
const PREFERRED = 0;

export interface LeaderMoverOptions {
  readonly client: ClientProcess;
  /** Whose partitions are moved. */
  readonly topics: readonly string[];
  readonly brokers: readonly number[];
  readonly findings: Findings;
  readonly isOver: () => boolean;
}

/** Gives partitions other replicas, or the same in another order, and has the first of them elected. */
export async function moveLeaders(options: LeaderMoverOptions): Promise<void> {
  const { client, isOver } = options;
  while (!isOver()) {
    await moveOne(options);
    const isSoon = client.random.chance(AT_ONCE);
    await client.sleep(client.random.fraction() * (isSoon ? AT_ONCE_MS_MAX : PAUSE_MS_MAX));
  }
  client.disconnect();
}

async function moveOne({ client, topics, brokers, findings }: LeaderMoverOptions): Promise<void> {
  const topic = client.random.pick(topics);
  const answer = await client.ask(metadata, { topics: [{ name: topic }] }, REQUEST_TIMEOUT_MS);
  const partitions = answer?.topics[0]?.partitions ?? [];
  if (partitions.length === 0) return;
  const { partitionIndex, replicaNodes } = client.random.pick(partitions);
  const replicas = shuffled(client, brokers).slice(0, replicaNodes.length);
  const changed = await client.ask(
    alterPartitionReassignments,
    {
      timeoutMs: REQUEST_TIMEOUT_MS,
      topics: [{ name: topic, partitions: [{ partitionIndex, replicas }] }],
    },
    REQUEST_TIMEOUT_MS,
  );
  if (changed?.responses[0]?.partitions[0]?.errorCode === ErrorCode.NONE) findings.count('reassignments');
  const elected = await client.ask(
    electLeaders,
    {
      electionType: PREFERRED,
      topicPartitions: [{ topic, partitions: [partitionIndex] }],
      timeoutMs: REQUEST_TIMEOUT_MS,
    },
    REQUEST_TIMEOUT_MS,
  );
  const result = elected?.replicaElectionResults[0]?.partitionResult[0];
  if (result?.errorCode === ErrorCode.NONE) findings.count('preferredElections');
}

function shuffled({ random }: ClientProcess, items: readonly number[]): number[] {
  const rest = [...items];
  return items.flatMap(() => rest.splice(random.below(rest.length), 1));
}
