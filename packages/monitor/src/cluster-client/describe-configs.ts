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
  const answer = await requests.sendToAny('DescribeConfigs', {
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

/** The topics whose `cleanup.policy` holds `compact`; those that may not be asked are left out. */
export async function readCompactedTopics(
  requests: KafkaRequests,
  topics: readonly string[],
): Promise<Set<string>> {
  const compacted = new Set<string>();
  for (const names of chunks(topics, TOPICS_PER_REQUEST)) {
    const { results } = await requests.sendToAny('DescribeConfigs', {
      resources: names.map((resourceName) => ({
        resourceType: TOPIC,
        resourceName,
        configurationKeys: ['cleanup.policy'],
      })),
    });
    for (const { errorCode, resourceName, configs } of results) {
      if (errorCode === 0 && configs[0]?.value?.includes('compact') === true) {
        compacted.add(resourceName);
      }
    }
  }
  return compacted;
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
