import { until } from '../patience.ts';
import type { ClusterCase, ClusterWires } from './cluster-case.ts';
import { inVersions } from './differential-case.ts';

export const clusterDescribingCases: readonly ClusterCase[] = [
  {
    name: 'Metadata of a topic with three replicas, by each broker',
    run: async (wires) => {
      await wires.createTopic('wire-described', [
        [1, 2, 3],
        [2, 3, 1],
        [3, 1, 2],
      ]);
      return [
        await wires.byEach('Metadata', 12, { topics: [{ name: 'wire-described' }] }),
        await inVersions(wires.broker(2), 'Metadata', [0, 13], () => ({
          topics: [{ name: 'wire-described' }],
        })),
      ];
    },
  },
  {
    name: 'DescribeTopicPartitions of topics with replicas, with limits and cursors',
    run: async (wires) => {
      await wires.createTopic('wire-pages', [
        [1, 2],
        [2, 3],
        [3, 1],
        [1, 3],
        [2, 1],
      ]);
      const topics = [{ name: 'wire-none' }, { name: 'wire-pages' }];
      const page = (responsePartitionLimit: number, cursor: object | null) =>
        wires.broker(3).send('DescribeTopicPartitions', 0, { topics, responsePartitionLimit, cursor });
      return [
        await page(2000, null),
        await page(2, null),
        await page(2, { topicName: 'wire-pages', partitionIndex: 2 }),
        await page(2, { topicName: 'wire-pages', partitionIndex: 99 }),
        await page(2, { topicName: 'wire-pages', partitionIndex: -2 }),
        await page(2, { topicName: 'zzz', partitionIndex: 0 }),
        await page(0, null),
        await page(-1, null),
      ];
    },
  },
  ...(['broker', 'controller'] as const).flatMap((listener) =>
    [0, 1, 2].map((version) => ({
      name: `DescribeCluster version ${version} of the ${listener}'s listener of each node`,
      run: async (wires: ClusterWires) => {
        const answers: unknown[] = [];
        for (const id of [1, 2, 3]) {
          for (const endpointType of version === 0 ? [1] : [1, 2, 3]) {
            answers.push(
              await wires[listener](id).send('DescribeCluster', version, {
                includeClusterAuthorizedOperations: true,
                ...(version >= 1 && { endpointType }),
                ...(version >= 2 && { includeFencedBrokers: true }),
              }),
            );
          }
        }
        return answers;
      },
    })),
  ),
  {
    name: 'DescribeQuorum by each broker: voters, their directories and endpoints',
    run: async (wires) => {
      const shown: unknown[] = [];
      for (const version of [0, 1, 2]) {
        const topics = [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }];
        const answers = await wires.byEach('DescribeQuorum', version, { topics });
        shown.push(...answers.map(withoutProgress));
      }
      return shown;
    },
  },
  {
    name: 'DescribeQuorum of what is no metadata log',
    run: (wires) =>
      inVersions(wires.broker(2), 'DescribeQuorum', [0, 2], () => ({
        topics: [{ topicName: 'orders', partitions: [{ partitionIndex: 0 }] }],
      })),
  },
  {
    name: 'DescribeLogDirs of each broker: only its own replicas',
    run: async (wires) => {
      await wires.createTopic('wire-dirs', [
        [1, 2],
        [2, 3],
        [3, 1],
      ]);
      const topics = [
        { topic: 'wire-dirs', partitions: [0, 1, 2, 3] },
        { topic: 'wire-no-dirs', partitions: [0] },
      ];
      // A follower's log may be there a moment after its leader leads.
      await until('each broker has two replicas', async () => {
        await wires.settled();
        return (await wires.byEach('DescribeLogDirs', 5, { topics })).every((one) => replicasIn(one) >= 2);
      });
      const answers = [
        ...(await wires.byEach('DescribeLogDirs', 5, { topics })),
        ...Object.values(await inVersions(wires.broker(1), 'DescribeLogDirs', [1, 5], () => ({ topics }))),
        await wires.broker(1).send('DescribeLogDirs', 4, { topics: [] }),
      ];
      return answers.map(inAnyDirectory);
    },
  },
];

interface QuorumAnswer {
  readonly response: {
    readonly topics: readonly { readonly partitions: readonly QuorumPartition[] }[];
    readonly nodes?: readonly { readonly nodeId: number }[];
  };
}

interface QuorumPartition {
  readonly errorCode: number;
  readonly currentVoters: readonly VoterState[];
  readonly observers: readonly unknown[];
}

interface VoterState {
  readonly replicaId: number;
  readonly replicaDirectoryId?: string;
}

/** Who votes and from where; how far each is goes on while we look. */
function withoutProgress(answer: unknown): unknown {
  const { topics, nodes } = (answer as QuorumAnswer).response;
  return {
    partitions: topics.flatMap(({ partitions }) =>
      partitions.map(({ errorCode, currentVoters, observers }) => ({
        errorCode,
        voters: currentVoters
          .map(({ replicaId, replicaDirectoryId }) => ({ replicaId, replicaDirectoryId }))
          .toSorted((left, right) => left.replicaId - right.replicaId),
        observers,
      })),
    ),
    nodes: nodes?.toSorted((left, right) => left.nodeId - right.nodeId),
  };
}

interface LogDirsAnswer {
  readonly response: {
    readonly results: readonly {
      readonly errorCode: number;
      readonly topics: readonly { readonly name: string; readonly partitions: readonly object[] }[];
    }[];
  };
}

function replicasIn(answer: unknown): number {
  const { results } = (answer as LogDirsAnswer).response;
  return results.flatMap(({ topics }) => topics.flatMap(({ partitions }) => partitions)).length;
}

/** Which of its directories a replica is in was drawn where there are two. */
function inAnyDirectory(answer: unknown): unknown {
  const { results, ...rest } = (answer as LogDirsAnswer).response;
  return {
    ...rest,
    errors: results.map(({ errorCode }) => errorCode),
    replicas: results
      .flatMap(({ topics }) => topics.map(({ name, partitions }) => JSON.stringify([name, partitions])))
      .toSorted(),
  };
}
