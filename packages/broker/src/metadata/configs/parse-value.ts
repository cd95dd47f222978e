import type { ConfigDefinition, ConfigType } from './config-definition.ts';
import { brokenRule, invalidValue } from './config-rule.ts';

/**
 * A config's value by its type: LONG as bigint, so that no text of Kafka's loses digits; INT, SHORT and DOUBLE as
 * number; LIST as its entries; everything else as text.
 */
export type ParsedConfigValue = boolean | number | bigint | string | readonly string[] | null;

export type ParseOutcome =
  | { readonly kind: 'parsed'; readonly value: ParsedConfigValue }
  | { readonly kind: 'invalid'; readonly message: string };

/** Reads a value's text as the definition's type and holds it against the rule, as ConfigDef does. */
export function parseConfigValue(definition: ConfigDefinition, text: string | null): ParseOutcome {
  const outcome = text === null ? parsed(null) : parseByType(definition.name, definition.type, text);
  if (outcome.kind === 'invalid' || definition.rule === null) {
    return outcome;
  }
  const broken = brokenRule(definition.name, outcome.value, definition.rule);
  return broken === null ? outcome : { kind: 'invalid', message: broken };
}

/** The value's text as Kafka shows it: lists joined by commas without blanks, booleans in lower case. */
export function canonicalText(definition: ConfigDefinition, value: ParsedConfigValue): string | null {
  if (value === null) return null;
  if (Array.isArray(value)) return value.join(',');
  return definition.type === 'DOUBLE' && typeof value === 'number' ? javaDouble(value) : String(value);
}

/** A double as Java writes it: always with a fraction, and `1.0E10` where we write `1e10`. */
function javaDouble(value: number): string {
  const [mantissa = '', exponent] = (
    value !== 0 && (Math.abs(value) >= 1e7 || Math.abs(value) < 1e-3) ? value.toExponential() : String(value)
  ).split('e');
  const fraction = mantissa.includes('.') ? mantissa : `${mantissa}.0`;
  return exponent === undefined ? fraction : `${fraction}E${Number(exponent)}`;
}

const INTEGER_LIMITS = {
  SHORT: { min: -32768n, max: 32767n },
  INT: { min: -2147483648n, max: 2147483647n },
  LONG: { min: -9223372036854775808n, max: 9223372036854775807n },
} as const;

function parseByType(name: string, type: ConfigType, text: string): ParseOutcome {
  const trimmed = text.trim();
  switch (type) {
    case 'BOOLEAN':
      return parseBoolean(name, text, trimmed.toLowerCase());
    case 'SHORT':
    case 'INT':
    case 'LONG':
      return parseInteger(name, type, text);
    case 'DOUBLE':
      return trimmed === '' || Number.isNaN(Number(trimmed))
        ? invalid(name, text, `Not a number of type ${type}`)
        : parsed(Number(trimmed));
    case 'LIST':
      return parsed(trimmed === '' ? [] : trimmed.split(/\s*,\s*/));
    case 'STRING':
    case 'CLASS':
    case 'PASSWORD':
      return parsed(trimmed);
  }
}

function parseBoolean(name: string, text: string, lowered: string): ParseOutcome {
  if (lowered === 'true' || lowered === 'false') {
    return parsed(lowered === 'true');
  }
  return invalid(name, text, 'Expected value to be either true or false');
}

function parseInteger(name: string, type: 'SHORT' | 'INT' | 'LONG', text: string): ParseOutcome {
  const trimmed = text.trim();
  if (!/^[+-]?[0-9]+$/.test(trimmed) || trimmed.length > 64) {
    return invalid(name, text, `Not a number of type ${type}`);
  }
  const value = BigInt(trimmed.startsWith('+') ? trimmed.slice(1) : trimmed);
  const { min, max } = INTEGER_LIMITS[type];
  if (value < min || value > max) {
    return invalid(name, text, `Not a number of type ${type}`);
  }
  return parsed(type === 'LONG' ? value : Number(value));
}

function parsed(value: ParsedConfigValue): ParseOutcome {
  return { kind: 'parsed', value };
}

function invalid(name: string, text: string, reason: string): ParseOutcome {
  return { kind: 'invalid', message: invalidValue(name, text, reason) };
}
