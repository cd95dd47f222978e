import { createTopic, type DifferentialCase, inVersions } from './differential-case.ts';
import type { WireClient } from './wire-client.ts';

const NO_BROKER = 99;

/** The id of the only broker: each cluster has its own. */
async function brokerIdOf(client: WireClient): Promise<number> {
  const answer = await client.send('Metadata', 12, { topics: [] });
  if (!('response' in answer)) throw new Error('the connection closed');
  const { brokers } = answer.response as { brokers: readonly { nodeId: number }[] };
  const [broker] = brokers;
  if (broker === undefined) throw new Error('the cluster has no broker');
  return broker.nodeId;
}

interface Reassigned {
  readonly name: string;
  readonly partitionIndex: number;
  readonly replicas: readonly number[] | null;
}

function reassigning(name: string, what: (brokerId: number) => readonly Reassigned[]): DifferentialCase {
  return {
    name: `AlterPartitionReassignments ${name}`,
    async run(client) {
      const topic = `reassigned-${name.replaceAll(' ', '-')}`;
      await createTopic(client, topic, { partitions: 2 });
      const wanted = what(await brokerIdOf(client)).map(({ name: given, ...partition }) => ({
        name: given === '' ? topic : given,
        partitions: [partition],
      }));
      const altered = await inVersions(client, 'AlterPartitionReassignments', [0, 1], () => ({
        timeoutMs: 10_000,
        topics: wanted,
      }));
      const fixed = await client.send('AlterPartitionReassignments', 1, {
        timeoutMs: 10_000,
        allowReplicationFactorChange: false,
        topics: wanted,
      });
      const listed = await client.send('ListPartitionReassignments', 0, { timeoutMs: 10_000, topics: null });
      return { altered, fixed, listed };
    },
  };
}

const reassignmentCases: readonly DifferentialCase[] = [
  reassigning('to where it is', (id) => [{ name: '', partitionIndex: 0, replicas: [id] }]),
  reassigning('to a broker that is not there', () => [
    { name: '', partitionIndex: 0, replicas: [NO_BROKER] },
  ]),
  reassigning('to more brokers than there are', (id) => [
    { name: '', partitionIndex: 0, replicas: [id, NO_BROKER] },
  ]),
  reassigning('to nobody', () => [{ name: '', partitionIndex: 0, replicas: [] }]),
  reassigning('to one broker twice', (id) => [{ name: '', partitionIndex: 0, replicas: [id, id] }]),
  reassigning('to a negative id', () => [{ name: '', partitionIndex: 0, replicas: [-1] }]),
  reassigning('taken back when there is none', () => [{ name: '', partitionIndex: 1, replicas: null }]),
  reassigning('of what is not there', (id) => [
    { name: '', partitionIndex: 7, replicas: [id] },
    { name: '', partitionIndex: -1, replicas: [id] },
    { name: 'reassigned-none', partitionIndex: 0, replicas: [id] },
    { name: 'reassigned-none', partitionIndex: 0, replicas: null },
  ]),
  {
    name: 'ListPartitionReassignments of topics that are there and not',
    run: async (client) => {
      await createTopic(client, 'listed');
      return client.send('ListPartitionReassignments', 0, {
        timeoutMs: 10_000,
        topics: [
          { name: 'listed', partitionIndexes: [0, 1] },
          { name: 'listed-none', partitionIndexes: [0] },
        ],
      });
    },
  },
];

const electionCases: readonly DifferentialCase[] = [
  {
    name: 'ElectLeaders of what has its leader and of what is not there',
    run: async (client) => {
      await createTopic(client, 'elected', { partitions: 2 });
      const topicPartitions = [
        { topic: 'elected', partitions: [0, 1, 7, -1] },
        { topic: 'elected-none', partitions: [0] },
        { topic: 'no spaces', partitions: [0] },
      ];
      return [
        await inVersions(client, 'ElectLeaders', [0, 2], () => ({ topicPartitions, timeoutMs: 10_000 })),
        await inVersions(client, 'ElectLeaders', [1, 2], () => ({
          electionType: 1,
          topicPartitions,
          timeoutMs: 10_000,
        })),
      ];
    },
  },
  {
    name: 'ElectLeaders of a kind that there is not',
    run: (client) =>
      inVersions(client, 'ElectLeaders', [1, 2], () => ({
        electionType: 5,
        topicPartitions: [{ topic: 'elected', partitions: [0] }],
        timeoutMs: 10_000,
      })),
  },
  {
    name: 'ElectLeaders of nothing',
    run: (client) =>
      inVersions(client, 'ElectLeaders', [0, 2], () => ({ topicPartitions: [], timeoutMs: 10_000 })),
  },
  {
    name: 'UnregisterBroker of a broker that is not there',
    run: (client) => inVersions(client, 'UnregisterBroker', [0, 0], () => ({ brokerId: NO_BROKER })),
  },
];

const [TOPIC, BROKER, SET] = [2, 4, 0];

/** Of topics: who is throttled; of brokers: how much they may send, take and copy between disks. */
const THROTTLES = {
  'leader.replication.throttled.replicas': ['*', '', '0:1', '0:1,1:0', '0:1:2', 'x', '0', '*,0:1', 'none'],
  'follower.replication.throttled.replicas': ['*', '', '0:1', '0:-1', '0:1;1:0', ' 0:1 '],
  'leader.replication.throttled.rate': ['-1', '0', '1', '9223372036854775807', 'x', '1.5'],
  'follower.replication.throttled.rate': ['-1', '0', '1'],
  'replica.alter.log.dirs.io.max.bytes.per.second': ['-1', '0', '1'],
};

const throttleCases: readonly DifferentialCase[] = Object.entries(THROTTLES).map(([name, values]) => ({
  name: `${name}: which values are taken`,
  run: async (client) => {
    const isOfTopic = name.endsWith('.replicas');
    await createTopic(client, 'throttled');
    const resource = {
      resourceType: isOfTopic ? TOPIC : BROKER,
      resourceName: isOfTopic ? 'throttled' : String(await brokerIdOf(client)),
    };
    const answers: unknown[] = [];
    for (const value of values) {
      const configs = [{ name, configOperation: SET, value }];
      for (const validateOnly of [true, false]) {
        const request = { resources: [{ ...resource, configs }], validateOnly };
        answers.push(value, await client.send('IncrementalAlterConfigs', 1, request));
      }
    }
    return answers.map((answer) => withoutId(answer, resource.resourceName));
  },
}));

/** The id of the only broker is each cluster's own. */
function withoutId(answer: unknown, resourceName: string): unknown {
  return JSON.parse(
    JSON.stringify(answer, (key, value: unknown) =>
      key === 'resourceName' && value === resourceName ? 'what was named' : value,
    ),
  );
}

export const replicationAdminCases: readonly DifferentialCase[] = [
  ...reassignmentCases,
  ...electionCases,
  ...throttleCases,
];
