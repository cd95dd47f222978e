import { valueWithoutEffect } from './config-effect.ts';
import { topicConfigs } from './known-configs.ts';
import { parseConfigValue } from './parse-value.ts';

/** Why a topic cannot have these configs (INVALID_CONFIG), in Kafka's words where Kafka refuses them too. */
export function invalidTopicConfigs(configs: ReadonlyMap<string, string>): string | null {
  for (const name of configs.keys()) {
    if (!topicConfigs.has(name)) return `Unknown topic config name: ${name}`;
  }
  for (const [name, text] of configs) {
    const definition = topicConfigs.get(name);
    if (definition === undefined) continue;
    const outcome = parseConfigValue(definition, text);
    if (outcome.kind === 'invalid') return outcome.message;
    const ignored = valueWithoutEffect(definition, outcome.value);
    if (ignored !== null) return ignored;
  }
  return compactionLagConflict(configs);
}

/** A record cannot have to be compacted before it may be. */
function compactionLagConflict(configs: ReadonlyMap<string, string>): string | null {
  const lag = (name: string): bigint => BigInt(configs.get(name) ?? topicConfigs.get(name)?.default ?? 0);
  const [min, max] = ['min.compaction.lag.ms', 'max.compaction.lag.ms'] as const;
  return lag(min) > lag(max)
    ? `conflict topic config setting ${min} (${lag(min)}) > ${max} (${lag(max)})`
    : null;
}
