import { isInternalTopic } from '../topic-name.ts';
import { valueWithoutEffect } from './config-effect.ts';
import { topicConfigs } from './known-configs.ts';
import { parseConfigValue } from './parse-value.ts';

/** Why a topic cannot have these configs (INVALID_CONFIG), in Kafka's words where Kafka refuses them too. */
export function invalidTopicConfigs(topic: string, configs: ReadonlyMap<string, string>): string | null {
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
    if (name === 'cleanup.policy' && Array.isArray(outcome.value)) {
      const refused = refusedCleanupPolicy(topic, outcome.value);
      if (refused !== null) return refused;
    }
  }
  return null;
}

/** Coordinators' own topics carry `compact`, as Kafka's do, and are not cleaned yet. */
function refusedCleanupPolicy(topic: string, policies: readonly string[]): string | null {
  return policies.includes('compact') && !isInternalTopic(topic)
    ? 'Odradek does not compact topics yet; cleanup.policy must be delete'
    : null;
}
