import type { ConfigEntry, ConfigSource } from '@odradek/contract';
import { chunks } from './fan-out.ts';
import { KafkaError } from './kafka-error.ts';
import type { KafkaRequests, ResponseBody } from './kafka-requests.ts';

const TOPIC = 2;
const TOPICS_PER_REQUEST = 1_000;

/** By ConfigSource of the protocol. */
const sources: readonly ConfigSource[] = [
  'unknown',
  'topic',
  'broker',
  'default-broker',
  'static-broker',
  'default',
  'broker-logger',
  'client-metrics',
  'group',
];

/** By ConfigType of the protocol. */
const types = ['unknown', 'boolean', 'string', 'int', 'short', 'long', 'double', 'list', 'class', 'password'];

/** Every config of a topic by name, with where its value comes from. Throws KafkaError and BrokerUnreachable. */
export async function describeTopicConfigs(requests: KafkaRequests, topic: string): Promise<ConfigEntry[]> {
  const answer = await requests.askAny('DescribeConfigs', {
    resources: [{ resourceType: TOPIC, resourceName: topic, configurationKeys: null }],
    includeSynonyms: true,
    includeDocumentation: true,
  });
  const result = answer.results[0];
  if (result === undefined || result.errorCode !== 0) {
    throw new KafkaError(result?.errorCode ?? -1, result?.errorMessage ?? null);
  }
  return result.configs.map(entryOf).sort((one, other) => one.name.localeCompare(other.name));
}

/** Configs of topics that change what their numbers mean. */
export interface TopicPolicies {
  /** Topics whose `cleanup.policy` holds `compact`. */
  readonly compacted: ReadonlySet<string>;
  readonly minInsyncReplicas: ReadonlyMap<string, number>;
}

/** Asks for the policies of topics; those that may not be asked are left out. Throws BrokerUnreachable and ApiNotSupported. */
export async function readTopicPolicies(
  requests: KafkaRequests,
  topics: readonly string[],
): Promise<TopicPolicies> {
  const compacted = new Set<string>();
  const minInsyncReplicas = new Map<string, number>();
  for (const names of chunks(topics, TOPICS_PER_REQUEST)) {
    const { results } = await requests.askAny('DescribeConfigs', {
      resources: names.map((resourceName) => ({
        resourceType: TOPIC,
        resourceName,
        configurationKeys: ['cleanup.policy', 'min.insync.replicas'],
      })),
    });
    for (const { errorCode, resourceName, configs } of results) {
      const values = new Map(errorCode === 0 ? configs.map(({ name, value }) => [name, value]) : []);
      if (values.get('cleanup.policy')?.includes('compact') === true) {
        compacted.add(resourceName);
      }
      const minimum = Number(values.get('min.insync.replicas') ?? Number.NaN);
      if (Number.isInteger(minimum)) {
        minInsyncReplicas.set(resourceName, minimum);
      }
    }
  }
  return { compacted, minInsyncReplicas };
}

type DescribedConfig = ResponseBody<'DescribeConfigs'>['results'][number]['configs'][number];

function entryOf(config: DescribedConfig): ConfigEntry {
  const source = sources[config.configSource] ?? 'unknown';
  return {
    name: config.name,
    value: config.isSensitive ? null : config.value,
    type: types[config.configType] ?? 'unknown',
    source,
    isDefault: source === 'default',
    isSensitive: config.isSensitive,
    isReadOnly: config.readOnly,
    documentation: config.documentation,
    synonyms: config.synonyms.map((synonym) => ({
      name: synonym.name,
      value: config.isSensitive ? null : synonym.value,
      source: sources[synonym.source] ?? 'unknown',
    })),
  };
}
