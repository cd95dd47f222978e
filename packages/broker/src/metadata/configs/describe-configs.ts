import { ConfigResourceType } from '../config-resource.ts';
import { dynamicConfigs } from '../metadata-image.ts';
import {
  brokerConfigLayers,
  brokerConfigValues,
  CLUSTER_DEFAULT,
  type ConfigLayer,
  type NodeConfigs,
} from './broker-config-layers.ts';
import { type ConfigDefinition, isSensitive } from './config-definition.ts';
import { ConfigSource } from './config-source.ts';
import { ConfigValues } from './config-values.ts';
import {
  brokerConfigs,
  brokerSynonyms,
  clientMetricsConfigs,
  groupConfigs,
  topicConfigs,
} from './known-configs.ts';
import { canonicalText, parseConfigValue } from './parse-value.ts';
import { topicConfigValues } from './topic-config-values.ts';

/** One config as DescribeConfigs answers it. */
export interface ConfigDescription {
  readonly definition: ConfigDefinition;
  /** Null when it has none, and always for a sensitive one. */
  readonly value: string | null;
  readonly source: ConfigSource;
  readonly isReadOnly: boolean;
  readonly isSensitive: boolean;
  /** Every place a value comes from, the one in force first. */
  readonly synonyms: readonly ConfigSynonym[];
}

export interface ConfigSynonym {
  readonly name: string;
  readonly value: string | null;
  readonly source: ConfigSource;
}

/** Every config of a topic, internal ones only where they were set. */
export function describeTopicConfigs(topic: string, node: NodeConfigs): readonly ConfigDescription[] {
  const own = dynamicConfigs(node.image, ConfigResourceType.TOPIC, topic);
  const values = topicConfigValues(own, brokerConfigValues(node));
  return described(topicConfigs.values(), own).map((definition) =>
    withOwnValue({ definition, own, values, ownSource: ConfigSource.TOPIC_CONFIG }, node),
  );
}

/** Every config of a group. */
export function describeGroupConfigs(group: string, node: NodeConfigs): readonly ConfigDescription[] {
  const own = dynamicConfigs(node.image, ConfigResourceType.GROUP, group);
  const broker = brokerConfigValues(node);
  const inherited = new Map<string, string>();
  for (const { name, synonyms } of groupConfigs.values()) {
    for (const synonym of synonyms) inherited.set(name, broker.text(synonym) ?? '');
  }
  const values = new ConfigValues(groupConfigs, [own, inherited]);
  return described(groupConfigs.values(), own).map((definition) =>
    withOwnValue({ definition, own, values, ownSource: ConfigSource.GROUP_CONFIG }, node),
  );
}

/** Every config of a client metrics subscription. */
export function describeClientMetricsConfigs(name: string, node: NodeConfigs): readonly ConfigDescription[] {
  const own = dynamicConfigs(node.image, ConfigResourceType.CLIENT_METRICS, name);
  const values = new ConfigValues(clientMetricsConfigs, [own]);
  return [...clientMetricsConfigs.values()].map((definition) =>
    withOwnValue({ definition, own, values, ownSource: ConfigSource.CLIENT_METRICS_CONFIG }, node),
  );
}

/** Every config of the node's broker. */
export function describeBrokerConfigs(node: NodeConfigs): readonly ConfigDescription[] {
  const values = brokerConfigValues(node);
  const layers = brokerConfigLayers(node);
  const wasSet = new Map(layers.flatMap((layer) => [...layer.values]));
  return described(brokerConfigs.values(), wasSet).map((definition) => {
    const synonyms = synonymsOf(definition.name, layers);
    return {
      definition,
      value: shown(definition, values.text(definition.name)),
      source: synonyms[0]?.source ?? ConfigSource.DEFAULT_CONFIG,
      isReadOnly: definition.scope === 'read-only',
      isSensitive: isSensitive(definition),
      synonyms,
    };
  });
}

/** What was set for all brokers at once, and nothing else. */
export function describeClusterDefaults(node: NodeConfigs): readonly ConfigDescription[] {
  const values = dynamicConfigs(node.image, ConfigResourceType.BROKER, CLUSTER_DEFAULT);
  const source = ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG;
  return [...values].flatMap(([name, text]) => {
    const definition = brokerConfigs.get(name);
    if (definition === undefined) return [];
    const value = isSensitive(definition) ? null : text;
    return [
      {
        definition,
        value,
        source,
        isReadOnly: definition.scope === 'read-only',
        isSensitive: isSensitive(definition),
        synonyms: [{ name, value, source }],
      },
    ];
  });
}

function described(
  definitions: Iterable<ConfigDefinition>,
  wasSet: ReadonlyMap<string, string>,
): ConfigDefinition[] {
  return [...definitions].filter(({ isInternal, name }) => !isInternal || wasSet.has(name));
}

interface OwnedConfig {
  readonly definition: ConfigDefinition;
  readonly own: ReadonlyMap<string, string>;
  readonly values: ConfigValues;
  readonly ownSource: ConfigSource;
}

/** A config of a topic, group or subscription: its own value, then what its broker synonym says. */
function withOwnValue(
  { definition, own, values, ownSource }: OwnedConfig,
  node: NodeConfigs,
): ConfigDescription {
  const { name } = definition;
  const value = shown(definition, values.text(name));
  const [synonym] = definition.synonyms;
  const inherited = synonym === undefined ? [] : synonymsOf(synonym, brokerConfigLayers(node));
  const fallback =
    synonym === undefined && ownSource === ConfigSource.GROUP_CONFIG ? [ownDefault(definition)] : [];
  const synonyms = [
    ...(own.has(name) ? [{ name, value, source: ownSource }] : []),
    ...inherited,
    ...fallback,
  ];
  return {
    definition,
    value,
    source: synonyms[0]?.source ?? ConfigSource.DEFAULT_CONFIG,
    isReadOnly: false,
    isSensitive: isSensitive(definition),
    synonyms,
  };
}

function ownDefault(definition: ConfigDefinition): ConfigSynonym {
  return {
    name: definition.name,
    value: definition.default ?? null,
    source: ConfigSource.DEFAULT_CONFIG,
  };
}

/**
 * The values of a broker config and of those that stand in for it, layer by layer down to the defaults. As in Kafka
 * the list begins with the config's own name: a stand-in that alone has a value is not listed.
 */
function synonymsOf(name: string, layers: readonly ConfigLayer[]): ConfigSynonym[] {
  const names = brokerSynonyms(name);
  const found: ConfigSynonym[] = [];
  for (const { source, values } of layers) {
    for (const synonym of names) {
      const value = values.get(synonym);
      if (value !== undefined) found.push({ name: synonym, value: unlessSensitive(synonym, value), source });
    }
  }
  for (const synonym of names) {
    const definition = brokerConfigs.get(synonym);
    const value =
      definition === undefined || isKnownOnceSet(definition) ? null : (definition.default ?? null);
    if (value !== null) {
      const source = ConfigSource.DEFAULT_CONFIG;
      found.push({ name: synonym, value: unlessSensitive(synonym, value), source });
    }
  }
  const first = found.findIndex((synonym) => synonym.name === name);
  return first === -1 ? [] : found.slice(first);
}

/** The rates of replication: Kafka knows them as configs of run time only, without a default to be told of. */
function isKnownOnceSet({ isInternal, scope }: ConfigDefinition): boolean {
  return isInternal && scope === 'cluster-wide';
}

function unlessSensitive(name: string, value: string): string | null {
  const definition = brokerConfigs.get(name);
  return definition === undefined || isSensitive(definition) ? null : value;
}

/** The value in Kafka's spelling, whatever spelling it was given in. */
function shown(definition: ConfigDefinition, text: string | null): string | null {
  if (isSensitive(definition) || text === null || text === definition.default) {
    return isSensitive(definition) ? null : text;
  }
  const outcome = parseConfigValue(definition, text);
  return outcome.kind === 'parsed' ? canonicalText(definition, outcome.value) : text;
}
