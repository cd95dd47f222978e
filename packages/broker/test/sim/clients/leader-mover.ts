import { ErrorCode } from '../../../src/protocol/errors.ts';
import type { Findings } from '../findings.ts';
import { alterPartitionReassignments, electLeaders, metadata } from './apis.ts';
import type { ClientProcess } from './client-process.ts';

const REQUEST_TIMEOUT_MS = 3000;
const PAUSE_MS_MAX = 2500;
/** A partition is moved several times running, perhaps before those who followed have heard of the first. */
const MOVES_MAX = 3;
const NEXT_MOVE_MS_MAX = 600;
/** Now and then only to another one and back: answers of the first are under way still when it leads again. */
const FLAPS = 0.3;
const NEXT_FLAP_MS_MAX = 60;
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
    await moveSome(options);
    await client.sleep(client.random.fraction() * PAUSE_MS_MAX);
  }
  client.disconnect();
}

async function moveSome(options: LeaderMoverOptions): Promise<void> {
  const { client, topics, brokers } = options;
  const topic = client.random.pick(topics);
  const answer = await client.ask(metadata, { topics: [{ name: topic }] }, REQUEST_TIMEOUT_MS);
  const partitions = answer?.topics[0]?.partitions ?? [];
  if (partitions.length === 0) return;
  const { partitionIndex, replicaNodes } = client.random.pick(partitions);
  const flaps = client.random.chance(FLAPS);
  let replicas: readonly number[] = replicaNodes;
  for (let moves = client.random.between(1, MOVES_MAX); moves > 0; moves--) {
    replicas = flaps ? flapped(replicas) : shuffled(client, brokers).slice(0, replicaNodes.length);
    await move(options, { topic, partitionIndex, replicas });
    await client.sleep(client.random.fraction() * (flaps ? NEXT_FLAP_MS_MAX : NEXT_MOVE_MS_MAX));
  }
}

/** The first two change places. */
function flapped([first, second, ...others]: readonly number[]): readonly number[] {
  return [second, first, ...others].filter((id) => id !== undefined);
}

async function move(
  { client, findings }: LeaderMoverOptions,
  to: { readonly topic: string; readonly partitionIndex: number; readonly replicas: readonly number[] },
): Promise<void> {
  const { topic, partitionIndex, replicas } = to;
  const changed = await client.ask(
    alterPartitionReassignments,
    {
      timeoutMs: REQUEST_TIMEOUT_MS,
      topics: [{ name: topic, partitions: [{ partitionIndex, replicas: [...replicas] }] }],
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
