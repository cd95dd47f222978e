import { nothingReassigned, partitionsAre } from '../cluster/cluster-state.ts';
import type { ClusterCase, ClusterWires } from './cluster-case.ts';
import { inVersions } from './differential-case.ts';

const ALL = [1, 2, 3];

interface Wanted {
  readonly name: string;
  readonly partitionIndex: number;
  readonly replicas: readonly number[] | null;
}

function reassignment(...wanted: readonly Wanted[]) {
  const topics = wanted.map(({ name, ...partition }) => ({ name, partitions: [partition] }));
  return { timeoutMs: 10_000, topics };
}

async function asDescribed(wires: ClusterWires, name: string): Promise<unknown> {
  await wires.settled();
  return wires.broker(2).send('DescribeTopicPartitions', 0, { topics: [{ name }], cursor: null });
}

const LIST_ALL = { timeoutMs: 10_000, topics: null };

export const clusterReassignmentCases: readonly ClusterCase[] = [
  {
    name: 'AlterPartitionReassignments moves a replica, grows, shrinks and reorders',
    run: async (wires) => {
      const name = 'wire-moved';
      await wires.createTopic(name, [[1, 2]]);
      const shown: unknown[] = [];
      for (const replicas of [[1, 3], [1, 2, 3], [3], [2, 3, 1], [1]]) {
        shown.push(
          await wires
            .broker(2)
            .send('AlterPartitionReassignments', 1, reassignment({ name, partitionIndex: 0, replicas })),
        );
        await nothingReassigned(wires.cluster);
        await partitionsAre(wires.cluster, name, [{ isr: replicas }]);
        shown.push(await asDescribed(wires, name));
      }
      return shown;
    },
  },
  {
    name: 'AlterPartitionReassignments by each broker and by the controller, of a partition that is moved twice at once',
    run: async (wires) => {
      const name = 'wire-by-each';
      await wires.createTopic(name, [
        [1, 2],
        [2, 3],
      ]);
      const wanted = reassignment(
        { name, partitionIndex: 0, replicas: [2, 1] },
        { name, partitionIndex: 5, replicas: [2, 1] },
        { name, partitionIndex: 1, replicas: null },
      );
      const answers = await wires.byEach('AlterPartitionReassignments', 1, wanted);
      const active = wires.controller(await wires.activeId());
      return [
        answers,
        await active.send('AlterPartitionReassignments', 1, wanted),
        await active.send('AlterPartitionReassignments', 0, {
          ...wanted,
          topics: [...wanted.topics, ...wanted.topics],
        }),
        await active.send('ListPartitionReassignments', 0, LIST_ALL),
        await asDescribed(wires, name),
      ];
    },
  },
  {
    name: 'AlterPartitionReassignments that may not change the replication factor',
    run: async (wires) => {
      const name = 'wire-fixed-factor';
      await wires.createTopic(name, [[1, 2]]);
      const answers: unknown[] = [];
      for (const replicas of [[1], ALL, [3, 1]]) {
        answers.push(
          await wires.broker(1).send('AlterPartitionReassignments', 1, {
            ...reassignment({ name, partitionIndex: 0, replicas }),
            allowReplicationFactorChange: false,
          }),
        );
        await nothingReassigned(wires.cluster);
      }
      await partitionsAre(wires.cluster, name, [{ isr: [3, 1] }]);
      return [answers, await asDescribed(wires, name)];
    },
  },
  {
    name: 'ListPartitionReassignments by each broker, where there are none',
    run: (wires) => wires.byEach('ListPartitionReassignments', 0, LIST_ALL),
  },
  {
    name: 'ElectLeaders: preferred after the leaders were moved, unclean where nobody needs one',
    run: async (wires) => {
      const name = 'wire-elected';
      await wires.createTopic(name, [
        [1, 2],
        [2, 3],
        [3, 1],
      ]);
      await wires
        .broker(3)
        .send(
          'AlterPartitionReassignments',
          1,
          reassignment(
            { name, partitionIndex: 0, replicas: [2, 1] },
            { name, partitionIndex: 1, replicas: [3, 2] },
          ),
        );
      await nothingReassigned(wires.cluster);
      const before = await asDescribed(wires, name);
      const partitions = [{ topic: name, partitions: [0, 1, 2, 9] }];
      const elected = await wires.broker(3).send('ElectLeaders', 2, {
        electionType: 0,
        topicPartitions: partitions,
        timeoutMs: 10_000,
      });
      await partitionsAre(wires.cluster, name, [{ leader: 2 }, { leader: 3 }, { leader: 3 }]);
      return [
        before,
        elected,
        await asDescribed(wires, name),
        await inVersions(wires.broker(1), 'ElectLeaders', [0, 2], () => ({
          topicPartitions: partitions,
          timeoutMs: 10_000,
        })),
        await inVersions(wires.controller(await wires.activeId()), 'ElectLeaders', [1, 2], () => ({
          electionType: 1,
          topicPartitions: partitions,
          timeoutMs: 10_000,
        })),
      ];
    },
  },
];
