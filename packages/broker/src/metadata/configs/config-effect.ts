import type { ConfigDefinition } from './config-definition.ts';
import { canonicalText, type ParsedConfigValue, parseConfigValue } from './parse-value.ts';

/**
 * Why Odradek does not take a value that Kafka would: it would be stored and ignored. Null when the config acts,
 * or when the value is the default, however it is written.
 */
export function valueWithoutEffect(definition: ConfigDefinition, value: ParsedConfigValue): string | null {
  if (definition.effect === 'acts' || isDefault(definition, value)) {
    return null;
  }
  const only =
    definition.default === null || definition.default === undefined
      ? 'leave it out'
      : `only ${definition.default === '' ? 'the empty value' : definition.default} is accepted`;
  return definition.effect === 'fixed'
    ? `Odradek does not honour other values for configuration ${definition.name}; ${only}`
    : `Configuration ${definition.name} belongs to a feature that Odradek does not have; ${only}`;
}

function isDefault(definition: ConfigDefinition, value: ParsedConfigValue): boolean {
  const outcome = parseConfigValue({ ...definition, rule: null }, definition.default ?? null);
  return (
    outcome.kind === 'parsed' && canonicalText(definition, outcome.value) === canonicalText(definition, value)
  );
}
