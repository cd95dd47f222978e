import { brokerConfigLayers, type NodeConfigs } from './broker-config-layers.ts';
import type { ConfigDefinition } from './config-definition.ts';
import { isSensitive } from './config-definition.ts';
import { ConfigSource } from './config-source.ts';
import { topicConfigs } from './known-configs.ts';

/** A config with its value and where that comes from. */
export interface ConfigEntry {
  readonly name: string;
  readonly value: string | null;
  readonly source: ConfigSource;
  readonly isSensitive: boolean;
}

/** What is in force for a topic with these configs of its own, by name; the answer to its creation. */
export function effectiveTopicConfigs(
  overrides: ReadonlyMap<string, string>,
  node: NodeConfigs,
): readonly ConfigEntry[] {
  return [...topicConfigs.values()]
    .filter(({ isInternal, name }) => !isInternal || overrides.has(name))
    .map((definition) => effectiveEntry(definition, overrides, node));
}

function effectiveEntry(
  definition: ConfigDefinition,
  overrides: ReadonlyMap<string, string>,
  node: NodeConfigs,
): ConfigEntry {
  const { name } = definition;
  const sensitive = isSensitive(definition);
  const own = overrides.get(name);
  if (own !== undefined) {
    return { name, value: own, source: ConfigSource.TOPIC_CONFIG, isSensitive: sensitive };
  }
  for (const { source, values } of brokerConfigLayers(node)) {
    for (const synonym of definition.synonyms) {
      const value = values.get(synonym);
      if (value !== undefined) {
        return { name, value: inTopicUnit(synonym, value), source, isSensitive: sensitive };
      }
    }
  }
  return {
    name,
    value: definition.default ?? null,
    source: ConfigSource.DEFAULT_CONFIG,
    isSensitive: sensitive,
  };
}

/** Topics count in milliseconds where a broker may say hours or minutes. */
function inTopicUnit(synonym: string, value: string): string {
  if (synonym.endsWith('.hours')) return String(Number(value) * 3_600_000);
  return synonym.endsWith('.minutes') ? String(Number(value) * 60_000) : value;
}
