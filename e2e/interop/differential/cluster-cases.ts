import type { ClusterCase, ClusterWires } from './cluster-case.ts';
import { clusterDescribingCases } from './cluster-describing-cases.ts';
import { clusterReassignmentCases } from './cluster-reassignment-cases.ts';
import { clusterVoterCases } from './cluster-voter-cases.ts';
import { inVersions } from './differential-case.ts';

const TOPIC = 2;
const BROKER = 4;
const BROKER_LOGGER = 8;
const SET = 0;
const DELETE = 1;
const UNKNOWN_ID = 'Zm9vYmFyYmF6cXV4MDEyMw';

const administering: readonly ClusterCase[] = [
  {
    name: 'AlterReplicaLogDirs: to nowhere, of what is not there, of what another broker has',
    run: async (wires) => {
      await wires.createTopic('wire-alter-dirs', [[1], [2]]);
      const { folder } = wires.cluster;
      const alter = (version: number, path: string, topic: string, partitions: readonly number[]) =>
        wires
          .broker(1)
          .send('AlterReplicaLogDirs', version, { dirs: [{ path, topics: [{ name: topic, partitions }] }] });
      return [
        await alter(1, '/nowhere/at/all', 'wire-alter-dirs', [0]),
        await alter(2, '/nowhere/at/all', 'wire-alter-dirs', [1]),
        await alter(2, '/nowhere/at/all', 'wire-alter-dirs', [7]),
        await alter(2, 'relative', 'wire-alter-dirs', [0]),
        await alter(2, `${folder}/1/a`, 'wire-no-topic', [0]),
        await alter(2, `${folder}/1/a`, 'no/name', [0]),
        await alter(2, `${folder}/1/a`, 'wire-alter-dirs', [7]),
        await alter(2, `${folder}/1/a`, 'wire-alter-dirs', [1]),
        await wires.broker(1).send('AlterReplicaLogDirs', 2, { dirs: [] }),
      ];
    },
  },
  {
    name: 'UnregisterBroker of brokers that are not there, by each broker and by the controller',
    run: async (wires) => [
      await wires.byEach('UnregisterBroker', 0, { brokerId: 99 }),
      await wires.byEach('UnregisterBroker', 0, { brokerId: -1 }),
      await wires.controller(await wires.activeId()).send('UnregisterBroker', 0, { brokerId: 99 }),
    ],
  },
  ...Object.entries({
    'to the level it has': [{ feature: 'metadata.version', maxVersionLevel: 30, upgradeType: 1 }],
    'above what is supported': [{ feature: 'metadata.version', maxVersionLevel: 99, upgradeType: 1 }],
    'down without leave': [{ feature: 'metadata.version', maxVersionLevel: 25, upgradeType: 1 }],
    'down safely': [{ feature: 'metadata.version', maxVersionLevel: 29, upgradeType: 2 }],
    'down unsafely': [{ feature: 'metadata.version', maxVersionLevel: 25, upgradeType: 3 }],
    'to nothing': [{ feature: 'metadata.version', maxVersionLevel: 0, upgradeType: 3 }],
    'below nothing': [{ feature: 'metadata.version', maxVersionLevel: -1, upgradeType: 1 }],
    'of another kind': [{ feature: 'metadata.version', maxVersionLevel: 30, upgradeType: 7 }],
    'of a feature that there is not': [{ feature: 'no.such.feature', maxVersionLevel: 1, upgradeType: 1 }],
    'of no name': [{ feature: '', maxVersionLevel: 1, upgradeType: 1 }],
    'of nothing': [],
    twice: [
      { feature: 'metadata.version', maxVersionLevel: 30, upgradeType: 1 },
      { feature: 'metadata.version', maxVersionLevel: 30, upgradeType: 1 },
    ],
    'one right and one wrong': [
      { feature: 'metadata.version', maxVersionLevel: 30, upgradeType: 1 },
      { feature: 'no.such.feature', maxVersionLevel: 1, upgradeType: 1 },
    ],
    'of the kraft version, down': [{ feature: 'kraft.version', maxVersionLevel: 0, upgradeType: 2 }],
    'of the kraft version, as it is': [{ feature: 'kraft.version', maxVersionLevel: 1, upgradeType: 1 }],
  }).map(([words, updates]) => ({
    name: `UpdateFeatures ${words}, validated only`,
    run: async (wires: ClusterWires) => {
      const request = { timeoutMs: 10_000, featureUpdates: updates, validateOnly: true };
      return [
        await inVersions(wires.broker(2), 'UpdateFeatures', [1, 2], () => request),
        await wires.controller(await wires.activeId()).send('UpdateFeatures', 2, request),
      ];
    },
  })),
];

const configuring: readonly ClusterCase[] = [
  {
    name: 'DescribeConfigs of another broker, of its loggers and of nobody',
    run: (wires) =>
      wires.byEach('DescribeConfigs', 4, {
        resources: [
          { resourceType: BROKER, resourceName: '2', configurationKeys: ['node.id'] },
          { resourceType: BROKER, resourceName: '', configurationKeys: ['node.id'] },
          { resourceType: BROKER_LOGGER, resourceName: '1', configurationKeys: ['nothing'] },
          { resourceType: BROKER, resourceName: '9', configurationKeys: null },
        ],
      }),
  },
  {
    name: 'IncrementalAlterConfigs of another broker, of all and of nobody, by each broker',
    run: async (wires) => {
      const alter = (resourceName: string, name: string, configOperation: number, value: string | null) =>
        wires.byEach('IncrementalAlterConfigs', 1, {
          resources: [{ resourceType: BROKER, resourceName, configs: [{ name, configOperation, value }] }],
        });
      return [
        await alter('2', 'log.cleaner.threads', SET, '2'),
        await alter('', 'log.cleaner.threads', SET, '2'),
        await alter('', 'log.cleaner.threads', DELETE, null),
        await alter('2', 'log.cleaner.threads', DELETE, null),
        await alter('9', 'log.cleaner.threads', SET, '2'),
        await alter('', 'broker.rack', SET, 'r'),
        await alter('', 'listeners', SET, 'PLAINTEXT://:1'),
      ];
    },
  },
  ...(['IncrementalAlterConfigs', 'AlterConfigs'] as const).map((api) => ({
    name: `${api} of a topic and of another broker in one request, by each broker`,
    run: async (wires: ClusterWires) => {
      const name = `wire-mixed-${api}`;
      await wires.createTopic(name, [[1, 2, 3]]);
      const config = (key: string, value: string) => ({
        ...{ name: key, value },
        ...(api === 'IncrementalAlterConfigs' && { configOperation: SET }),
      });
      const answers: unknown[] = [];
      for (const id of [1, 2, 3]) {
        const request = {
          resources: [
            { resourceType: BROKER, resourceName: '9', configs: [config('log.cleaner.threads', '2')] },
            { resourceType: TOPIC, resourceName: name, configs: [config('retention.ms', `${id}000`)] },
            { resourceType: BROKER, resourceName: id === 2 ? '3' : '2', configs: [] },
          ],
        };
        answers.push(await inVersions(wires.broker(id), api, [0, 1], () => request));
        await wires.settled();
        answers.push(
          await wires.broker(id).send('DescribeConfigs', 4, {
            resources: [
              { resourceType: TOPIC, resourceName: name, configurationKeys: ['retention.ms'] },
              { resourceType: BROKER, resourceName: String(id), configurationKeys: ['log.cleaner.threads'] },
            ],
          }),
        );
      }
      return answers;
    },
  })),
  {
    name: 'a config changed by one broker is described by the others, and by the controller that changed it',
    run: async (wires) => {
      await wires.createTopic('wire-configured', [[1, 2, 3]]);
      const resource = { resourceType: TOPIC, resourceName: 'wire-configured' };
      const changed = await wires.broker(3).send('IncrementalAlterConfigs', 1, {
        resources: [{ ...resource, configs: [{ name: 'retention.ms', configOperation: SET, value: '77' }] }],
      });
      await wires.settled();
      return [
        changed,
        await wires.byEach('DescribeConfigs', 4, {
          resources: [{ ...resource, configurationKeys: ['retention.ms'] }],
          includeSynonyms: true,
        }),
      ];
    },
  },
  {
    name: 'ListConfigResources by each broker',
    run: async (wires) => {
      const listed = (resourceType: number) =>
        wires.byEach('ListConfigResources', 1, { resourceTypes: [resourceType] });
      return [
        await listed(BROKER),
        await listed(BROKER_LOGGER),
        await wires.byEach('ListConfigResources', 0, {}),
      ];
    },
  },
];

const creatingAndDeleting: readonly ClusterCase[] = [
  {
    name: 'CreateTopics, CreatePartitions and DeleteTopics by each broker',
    run: async (wires) => {
      const answers: unknown[] = [];
      for (const { id } of wires.cluster.nodes) {
        const name = `wire-made-by-${id}`;
        const assignments = [{ partitionIndex: 0, brokerIds: [id] }];
        const topics = [{ name, numPartitions: -1, replicationFactor: -1, assignments }];
        const made = await wires.broker(id).send('CreateTopics', 4, { topics, timeoutMs: 10_000 });
        const grown = await wires.broker(id).send('CreatePartitions', 3, {
          topics: [{ name, count: 2, assignments: [{ brokerIds: [1, 2, 3] }] }],
          timeoutMs: 10_000,
        });
        await wires.settled();
        const deleted = await wires.broker(id).send('DeleteTopics', 4, {
          topicNames: [name, 'wire-never-made'],
          timeoutMs: 10_000,
        });
        answers.push(made, grown, deleted);
      }
      return answers;
    },
  },
  {
    name: 'CreateTopics that spread over three brokers: how many replicas, and what is refused',
    run: async (wires) => {
      const request = (numPartitions: number, replicationFactor: number) => ({
        topics: [{ name: 'wire-spread', numPartitions, replicationFactor }],
        timeoutMs: 10_000,
        validateOnly: true,
      });
      const answers: unknown[] = [];
      for (const factor of [3, 4, 0, -2]) {
        answers.push(...(await wires.byEach('CreateTopics', 4, request(2, factor))));
      }
      return answers;
    },
  },
  {
    name: 'CreateTopics, DeleteTopics and configs by the controller itself',
    run: async (wires) => {
      const active = wires.controller(await wires.activeId());
      const assignments = [{ partitionIndex: 0, brokerIds: [2, 3] }];
      const topics = [{ name: 'wire-controlled', numPartitions: -1, replicationFactor: -1, assignments }];
      return [
        await active.send('CreateTopics', 4, { topics, timeoutMs: 10_000 }),
        await active.send('CreateTopics', 4, { topics, timeoutMs: 10_000 }),
        await active.send('DeleteTopics', 6, {
          topics: [{ name: null, topicId: UNKNOWN_ID }],
          timeoutMs: 10_000,
        }),
        await active.send('DeleteTopics', 4, { topicNames: ['wire-controlled'], timeoutMs: 10_000 }),
      ];
    },
  },
  {
    name: 'what only the active controller decides, asked of one that is not active',
    run: async (wires) => {
      const activeId = await wires.activeId();
      const other = wires.controller(activeId === 1 ? 2 : 1);
      const topicPartitions = [{ topic: 'orders', partitions: [0] }];
      const topics = [{ name: 'orders', partitions: [{ partitionIndex: 0, replicas: [1] }] }];
      return [
        await other.send('ListPartitionReassignments', 0, { timeoutMs: 10_000, topics: null }),
        await other.send('UnregisterBroker', 0, { brokerId: 99 }),
        await other.send('ElectLeaders', 2, { electionType: 0, topicPartitions, timeoutMs: 10_000 }),
        await other.send('AlterPartitionReassignments', 1, { topics, timeoutMs: 10_000 }),
        await other.send('UpdateFeatures', 2, { featureUpdates: [], validateOnly: true }),
        await other.send('IncrementalAlterConfigs', 1, {
          resources: [
            {
              resourceType: BROKER,
              resourceName: '',
              configs: [{ name: 'log.cleaner.threads', configOperation: SET, value: '2' }],
            },
          ],
        }),
      ];
    },
  },
];

export const clusterCases: readonly ClusterCase[] = [
  ...clusterDescribingCases,
  ...administering,
  ...configuring,
  ...creatingAndDeleting,
  ...clusterReassignmentCases,
  ...clusterVoterCases,
];
