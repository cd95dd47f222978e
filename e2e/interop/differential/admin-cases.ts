import { createTopic, type DifferentialCase, inVersions } from './differential-case.ts';
import { isOurOwn } from './normalize.ts';
import type { WireClient } from './wire-client.ts';

const UNKNOWN_ID = 'Zm9vYmFyYmF6cXV4MDEyMw';

const metadataCases: readonly DifferentialCase[] = [
  {
    name: 'Metadata of an unknown topic without auto-creation',
    run: (client) =>
      inVersions(client, 'Metadata', [4, 13], () => ({
        topics: [{ name: 'nobody-made-this' }],
        allowAutoTopicCreation: false,
      })),
  },
  {
    name: 'Metadata of names that no topic may have',
    run: (client) =>
      inVersions(client, 'Metadata', [0, 13], () => ({
        topics: [{ name: 'no spaces' }, { name: '..' }, { name: '' }, { name: 'x'.repeat(250) }],
      })),
  },
  {
    name: 'Metadata by an unknown topic id',
    run: (client) =>
      inVersions(client, 'Metadata', [12, 13], () => ({ topics: [{ topicId: UNKNOWN_ID, name: null }] })),
  },
  {
    name: 'Metadata of one topic, by name and by id',
    run: async (client) => {
      const topicId = await createTopic(client, 'metadata-known', { partitions: 3 });
      return [
        await inVersions(client, 'Metadata', [0, 13], (version) => ({
          topics: [{ name: 'metadata-known' }],
          ...(version >= 8 ? { includeTopicAuthorizedOperations: true } : {}),
        })),
        await client.send('Metadata', 12, { topics: [{ topicId, name: null }] }),
      ];
    },
  },
  {
    name: 'Metadata of no topics',
    run: (client) => inVersions(client, 'Metadata', [1, 13], () => ({ topics: [] })),
  },
  {
    name: 'DescribeTopicPartitions of a known and an unknown topic, with a cursor',
    run: async (client) => {
      await createTopic(client, 'partitions-known', { partitions: 5 });
      const topics = [{ name: 'partitions-known' }, { name: 'partitions-unknown' }];
      return [
        await client.send('DescribeTopicPartitions', 0, {
          topics,
          responsePartitionLimit: 100,
          cursor: null,
        }),
        await client.send('DescribeTopicPartitions', 0, { topics, responsePartitionLimit: 2, cursor: null }),
        await client.send('DescribeTopicPartitions', 0, {
          topics,
          responsePartitionLimit: 2,
          cursor: { topicName: 'partitions-known', partitionIndex: 2 },
        }),
      ];
    },
  },
  {
    name: 'DescribeCluster',
    run: (client) => inVersions(client, 'DescribeCluster', [0, 1], () => ({})),
  },
];

const wrongTopics: readonly (readonly [string, object])[] = [
  ['an invalid name', { name: 'not a name', numPartitions: 1, replicationFactor: 1 }],
  ['an empty name', { name: '', numPartitions: 1, replicationFactor: 1 }],
  ['no partitions', { name: 'wrong-0', numPartitions: 0, replicationFactor: 1 }],
  ['partitions below -1', { name: 'wrong-1', numPartitions: -2, replicationFactor: 1 }],
  ['more replicas than brokers', { name: 'wrong-2', numPartitions: 1, replicationFactor: 2 }],
  ['no replicas', { name: 'wrong-3', numPartitions: 1, replicationFactor: 0 }],
  [
    'an unknown config',
    { name: 'wrong-4', numPartitions: 1, replicationFactor: 1, configs: [{ name: 'x.y', value: '1' }] },
  ],
  [
    'a config out of its range',
    {
      name: 'wrong-5',
      numPartitions: 1,
      replicationFactor: 1,
      configs: [{ name: 'segment.bytes', value: '-5' }],
    },
  ],
  [
    'a config that is not a number',
    {
      name: 'wrong-6',
      numPartitions: 1,
      replicationFactor: 1,
      configs: [{ name: 'retention.ms', value: 'soon' }],
    },
  ],
  [
    'a null config',
    {
      name: 'wrong-7',
      numPartitions: 1,
      replicationFactor: 1,
      configs: [{ name: 'retention.ms', value: null }],
    },
  ],
  [
    'assignments and counts at once',
    {
      name: 'wrong-8',
      numPartitions: 1,
      replicationFactor: 1,
      assignments: [{ partitionIndex: 0, brokerIds: [1] }],
    },
  ],
  [
    'an assignment to a broker that is not there',
    {
      name: 'wrong-9',
      numPartitions: -1,
      replicationFactor: -1,
      assignments: [{ partitionIndex: 0, brokerIds: [7] }],
    },
  ],
  [
    'an assignment with a gap',
    {
      name: 'wrong-10',
      numPartitions: -1,
      replicationFactor: -1,
      assignments: [{ partitionIndex: 1, brokerIds: [1] }],
    },
  ],
  [
    'an assignment without brokers',
    {
      name: 'wrong-11',
      numPartitions: -1,
      replicationFactor: -1,
      assignments: [{ partitionIndex: 0, brokerIds: [] }],
    },
  ],
  [
    'an assignment that names a broker twice',
    {
      name: 'wrong-12',
      numPartitions: -1,
      replicationFactor: -1,
      assignments: [{ partitionIndex: 0, brokerIds: [1, 1] }],
    },
  ],
];

const topicCases: readonly DifferentialCase[] = [
  ...wrongTopics.map(([what, topic]) => ({
    name: `CreateTopics with ${what}`,
    run: (client: WireClient) =>
      inVersions(client, 'CreateTopics', [4, 7], () => ({ topics: [topic], timeoutMs: 5_000 })),
  })),
  {
    name: 'CreateTopics to validate only, with defaults and with an assignment',
    run: (client) =>
      inVersions(client, 'CreateTopics', [4, 7], (version) => ({
        topics: [
          { name: `valid-${version}-defaults`, numPartitions: -1, replicationFactor: -1 },
          {
            name: `valid-${version}-assigned`,
            numPartitions: -1,
            replicationFactor: -1,
            assignments: [
              { partitionIndex: 0, brokerIds: [1] },
              { partitionIndex: 1, brokerIds: [1] },
            ],
          },
        ],
        timeoutMs: 5_000,
        validateOnly: true,
      })).then(withoutConfigs),
  },
  {
    name: 'CreateTopics of a topic that exists, twice in a request, and one letter off in dots',
    run: async (client) => {
      await createTopic(client, 'exists.once');
      const spec = { numPartitions: 1, replicationFactor: 1 };
      return [
        await client.send('CreateTopics', 7, {
          topics: [{ name: 'exists.once', ...spec }],
          timeoutMs: 5_000,
        }),
        await client.send('CreateTopics', 7, {
          topics: [{ name: 'exists_once', ...spec }],
          timeoutMs: 5_000,
        }),
        await client.send('CreateTopics', 7, {
          topics: [
            { name: 'twice', ...spec },
            { name: 'twice', ...spec },
          ],
          timeoutMs: 5_000,
        }),
      ];
    },
  },
  {
    name: 'CreateTopics answers the configs of the new topic',
    run: async (client) => {
      const answer = await client.send('CreateTopics', 7, {
        topics: [
          {
            name: 'with-configs',
            numPartitions: 2,
            replicationFactor: 1,
            configs: [{ name: 'retention.ms', value: '3600000' }],
          },
        ],
        timeoutMs: 5_000,
      });
      return topicConfigsThatBothKnow(answer);
    },
  },
  {
    name: 'DeleteTopics of unknown topics, by name and by id, and of one that exists',
    run: async (client) => {
      await createTopic(client, 'to-delete');
      return [
        await inVersions(client, 'DeleteTopics', [1, 5], () => ({
          topicNames: ['never-made'],
          timeoutMs: 5_000,
        })),
        await client.send('DeleteTopics', 6, {
          topics: [
            { name: 'never-made', topicId: 'AAAAAAAAAAAAAAAAAAAAAA' },
            { name: null, topicId: UNKNOWN_ID },
          ],
          timeoutMs: 5_000,
        }),
        await client.send('DeleteTopics', 4, { topicNames: ['to-delete'], timeoutMs: 5_000 }),
        await client.send('DeleteTopics', 4, { topicNames: ['to-delete'], timeoutMs: 5_000 }),
      ];
    },
  },
  {
    name: 'CreatePartitions: more, the same, fewer, unknown, validated only, assigned wrongly',
    run: async (client) => {
      await createTopic(client, 'to-grow', { partitions: 2 });
      const grow = (topic: object, validateOnly = false) =>
        client.send('CreatePartitions', 3, { topics: [topic], timeoutMs: 5_000, validateOnly });
      return [
        await grow({ name: 'to-grow', count: 4, assignments: null }, true),
        await grow({ name: 'to-grow', count: 2, assignments: null }),
        await grow({ name: 'to-grow', count: 1, assignments: null }),
        await grow({ name: 'to-grow', count: -1, assignments: null }),
        await grow({ name: 'grow-unknown', count: 3, assignments: null }),
        await grow({ name: 'to-grow', count: 3, assignments: [{ brokerIds: [9] }] }),
        await grow({ name: 'to-grow', count: 3, assignments: [{ brokerIds: [1] }, { brokerIds: [1] }] }),
        await grow({ name: 'to-grow', count: 3, assignments: null }),
        await grow({ name: 'to-grow', count: 3, assignments: null }),
      ];
    },
  },
];

const SET = 0;
const DELETE = 1;
const APPEND = 2;
const SUBTRACT = 3;
const TOPIC = 2;
const BROKER = 4;

const configCases: readonly DifferentialCase[] = [
  {
    name: 'DescribeConfigs of a topic: every config, its source, type and value',
    deviations: [
      {
        where:
          /synonyms\.(1\.source: Kafka 5, Odradek 4|2: Kafka nothing, Odradek .*"min\.insync\.replicas".*)$/,
        why: 'a local cluster sets min.insync.replicas in the file of each broker, below the dynamic default of KIP-966',
      },
    ],
    run: async (client) => {
      await createTopic(client, 'described', { configs: { 'retention.ms': '1000000' } });
      const answer = await client.send('DescribeConfigs', 4, {
        resources: [{ resourceType: TOPIC, resourceName: 'described', configurationKeys: null }],
        includeSynonyms: true,
      });
      return answer;
    },
  },
  {
    name: 'DescribeConfigs of things that are not there',
    run: (client) =>
      inVersions(client, 'DescribeConfigs', [1, 4], () => ({
        resources: [
          { resourceType: TOPIC, resourceName: 'not-there', configurationKeys: null },
          { resourceType: TOPIC, resourceName: 'not a name', configurationKeys: null },
          { resourceType: BROKER, resourceName: '77', configurationKeys: ['log.dirs'] },
          { resourceType: BROKER, resourceName: 'one', configurationKeys: null },
          { resourceType: 99, resourceName: 'x', configurationKeys: null },
        ],
      })),
  },
  {
    name: 'DescribeConfigs of the broker knows every name that Kafka knows, with type and sensitivity',
    deviations: [
      { where: /^odradek\./, why: 'our own' },
      {
        where: /^listener(s|\.security\.protocol\.map)\.readOnly/,
        why: 'our listeners are fixed while the broker runs',
      },
    ],
    run: async (client) => {
      const answer = await client.send('DescribeConfigs', 4, {
        resources: [{ resourceType: BROKER, resourceName: '1', configurationKeys: null }],
      });
      const { response } = answer as { response: { results: { configs: BrokerConfig[] }[] } };
      return Object.fromEntries(
        (response.results[0]?.configs ?? []).map(({ name, configType, isSensitive, readOnly }) => [
          name,
          { configType, isSensitive, readOnly },
        ]),
      );
    },
  },
  {
    name: 'IncrementalAlterConfigs: set, delete, append, subtract, and what is refused',
    deviations: [
      {
        where: /^12\..*(Kafka -1, Odradek 42|errorMessage)/,
        why: 'an operation that does not exist is INVALID_REQUEST with us; Kafka fails with UNKNOWN_SERVER_ERROR',
      },
    ],
    run: async (client) => {
      await createTopic(client, 'altered');
      const alter = (name: string, configOperation: number, value: string | null, validateOnly = false) =>
        client.send('IncrementalAlterConfigs', 1, {
          resources: [
            { resourceType: TOPIC, resourceName: 'altered', configs: [{ name, configOperation, value }] },
          ],
          validateOnly,
        });
      return [
        await alter('retention.ms', SET, '5000', true),
        await alter('retention.ms', SET, '5000'),
        await alter('retention.ms', DELETE, null),
        await alter('retention.ms', SET, 'soon'),
        await alter('retention.ms', SET, null),
        await alter('retention.ms', APPEND, '1'),
        await alter('segment.bytes', SET, '3'),
        await alter('no.such.config', SET, '3'),
        await alter('no.such.config', DELETE, null),
        await alter('cleanup.policy', SUBTRACT, 'compact'),
        await alter('cleanup.policy', APPEND, 'delete'),
        await alter('cleanup.policy', SET, 'burn'),
        await alter('retention.ms', 9, '1'),
        await client.send('IncrementalAlterConfigs', 1, {
          resources: [
            {
              resourceType: TOPIC,
              resourceName: 'not-there',
              configs: [{ name: 'retention.ms', configOperation: SET, value: '1' }],
            },
          ],
        }),
        await client.send('IncrementalAlterConfigs', 1, {
          resources: [
            {
              resourceType: BROKER,
              resourceName: '1',
              configs: [{ name: 'node.id', configOperation: SET, value: '2' }],
            },
          ],
        }),
      ];
    },
  },
  {
    name: 'AlterConfigs replaces all configs of a topic',
    run: async (client) => {
      await createTopic(client, 'replaced', { configs: { 'retention.ms': '1000000' } });
      const alter = (configs: object[]) =>
        client.send('AlterConfigs', 2, {
          resources: [{ resourceType: TOPIC, resourceName: 'replaced', configs }],
        });
      return [
        await alter([{ name: 'segment.bytes', value: '2000000' }]),
        await alter([{ name: 'segment.bytes', value: 'many' }]),
        await alter([{ name: 'unheard.of', value: '1' }]),
        await client.send('DescribeConfigs', 4, {
          resources: [
            {
              resourceType: TOPIC,
              resourceName: 'replaced',
              configurationKeys: ['segment.bytes', 'retention.ms'],
            },
          ],
          includeSynonyms: true,
        }),
      ];
    },
  },
  {
    name: 'ListConfigResources',
    run: (client) =>
      inVersions(client, 'ListConfigResources', [0, 1], (version) =>
        version === 0 ? {} : { resourceTypes: [99] },
      ),
  },
];

export const adminCases: readonly DifferentialCase[] = [...metadataCases, ...topicCases, ...configCases];

interface BrokerConfig {
  readonly name: string;
  readonly configType: number;
  readonly isSensitive: boolean;
  readonly readOnly: boolean;
}

interface CreateTopicsAnswer {
  readonly response: {
    readonly topics: readonly { readonly configs: readonly { readonly name: string }[] | null }[];
  };
}

function withoutConfigs(answers: Record<string, unknown>): unknown {
  return Object.values(answers).map((answer) =>
    (answer as CreateTopicsAnswer).response.topics.map((topic) => ({
      ...topic,
      configs: topic.configs?.filter((config) => !isOurOwn(config)).length,
    })),
  );
}

function topicConfigsThatBothKnow(answer: unknown): unknown {
  return (answer as CreateTopicsAnswer).response.topics;
}
