import { found } from '../patience.ts';
import { batch, produceBody } from './batches.ts';
import type { ClusterWires } from './cluster-case.ts';

const BROKER = 4;
const TOPIC = 2;
const SET = 0;
const DELETE = 1;
const BATCH_BYTES = 60_000;

/** Writes batches of 60,000 bytes into partition 0 by its leader, each to all replicas in sync; answers their codes. */
export async function produceBatches(
  wires: ClusterWires,
  leaderId: number,
  topic: string,
  count: number,
): Promise<readonly number[]> {
  const codes = new Set<number>();
  const records = batch({ records: 1, valueBytes: BATCH_BYTES });
  for (let index = 0; index < count; index += 1) {
    const answer = await wires.ask<ProduceAnswer>(
      wires.broker(leaderId),
      'Produce',
      9,
      produceBody(topic, records),
    );
    codes.add(answer.responses[0]?.partitionResponses[0]?.errorCode ?? -1);
  }
  return [...codes];
}

/** Sets a config of a broker, or takes it away, and resolves when every broker knows it. */
export function configureBroker(
  wires: ClusterWires,
  id: number,
  name: string,
  value: string | null,
): Promise<void> {
  // No other broker takes what concerns one broker.
  return configure(wires, id, { resourceType: BROKER, resourceName: String(id) }, name, value);
}

/** The same of a topic. */
export function configureTopic(
  wires: ClusterWires,
  topic: string,
  name: string,
  value: string | null,
): Promise<void> {
  return configure(wires, 1, { resourceType: TOPIC, resourceName: topic }, name, value);
}

async function configure(
  wires: ClusterWires,
  askedId: number,
  resource: { readonly resourceType: number; readonly resourceName: string },
  name: string,
  value: string | null,
): Promise<void> {
  const configs = [{ name, configOperation: value === null ? DELETE : SET, value }];
  const { responses } = await wires.ask<{ responses: readonly { errorCode: number }[] }>(
    wires.broker(askedId),
    'IncrementalAlterConfigs',
    1,
    { resources: [{ ...resource, configs }] },
  );
  const code = responses[0]?.errorCode;
  if (code !== 0) throw new Error(`${name} of ${resource.resourceName} is refused with ${code}`);
  await wires.settled();
}

/** Where a broker has replicas of partition 0, by the last part of each directory's path. */
export interface PlacedReplica {
  readonly directory: string;
  readonly isFuture: boolean;
  readonly lags: boolean;
}

/** `DescribeLogDirs` of one broker, as far as it concerns partition 0 of a topic. */
export async function replicasOn(
  wires: ClusterWires,
  id: number,
  topic: string,
): Promise<readonly PlacedReplica[]> {
  const { results } = await wires.ask<LogDirsAnswer>(wires.broker(id), 'DescribeLogDirs', 4, {
    topics: [{ topic, partitions: [0] }],
  });
  return results.flatMap(({ logDir, topics }) =>
    topics.flatMap(({ partitions }) =>
      partitions.map(({ isFutureKey, offsetLag }) => ({
        directory: logDir.slice(logDir.lastIndexOf('/') + 1),
        isFuture: isFutureKey,
        lags: Number(offsetLag) > 0,
      })),
    ),
  );
}

/** Looks until the replicas of one broker are as they are wanted, and resolves with them. */
export function replicasBecome(
  wires: ClusterWires,
  id: number,
  topic: string,
  areSo: (replicas: readonly PlacedReplica[]) => boolean,
): Promise<readonly PlacedReplica[]> {
  let last: readonly PlacedReplica[] = [];
  return found(
    `broker ${id} of ${wires.cluster.name} has the replicas of ${topic} that are wanted`,
    async () => {
      last = await replicasOn(wires, id, topic);
      return areSo(last) ? last : null;
    },
    { saw: () => JSON.stringify(last) },
  );
}

interface ProduceAnswer {
  readonly responses: readonly { readonly partitionResponses: readonly { readonly errorCode: number }[] }[];
}

interface LogDirsAnswer {
  readonly results: readonly {
    readonly logDir: string;
    readonly topics: readonly {
      readonly partitions: readonly {
        readonly isFutureKey: boolean;
        readonly offsetLag: number | bigint;
      }[];
    }[];
  }[];
}
