import type { ParsedConfigValue } from './parse-value.ts';

/** What a value must satisfy beyond its type; the counterparts of ConfigDef's validators. */
export type ConfigRule =
  | { readonly kind: 'range'; readonly min: number | null; readonly max: number | null }
  | { readonly kind: 'one-of'; readonly values: readonly string[] }
  | { readonly kind: 'one-of-ignoring-case'; readonly values: readonly string[] }
  | {
      readonly kind: 'list';
      /** Empty: any value. */
      readonly values: readonly string[];
      readonly emptyAllowed: boolean;
      readonly nullAllowed: boolean;
    }
  | { readonly kind: 'non-empty' }
  | { readonly kind: 'non-null' }
  | { readonly kind: 'gzip-level' }
  | { readonly kind: 'throttled-replicas' }
  | { readonly kind: 'share-offset-reset' };

/** Why a value breaks a rule, in the words Kafka's answer has; null when it keeps it. */
export function brokenRule(name: string, value: ParsedConfigValue, rule: ConfigRule): string | null {
  switch (rule.kind) {
    case 'range':
      return brokenRange(name, value, rule);
    case 'list':
      return brokenList(name, value, rule);
    case 'one-of':
      return typeof value === 'string' && rule.values.includes(value)
        ? null
        : invalidValue(name, value, `String must be one of: ${rule.values.join(', ')}`);
    case 'one-of-ignoring-case':
      return typeof value === 'string' && rule.values.includes(value.toUpperCase())
        ? null
        : invalidValue(name, value, `String must be one of (case insensitive): ${rule.values.join(', ')}`);
    case 'non-empty':
      return value === '' ? invalidValue(name, value, 'String must be non-empty') : null;
    case 'non-null':
      return value === null ? invalidValue(name, value, 'entry must be non null') : null;
    case 'gzip-level':
      return value === -1 || (typeof value === 'number' && value >= 1 && value <= 9)
        ? null
        : invalidValue(name, value, null);
    case 'throttled-replicas':
      return brokenThrottledReplicas(name, value);
    case 'share-offset-reset':
      return typeof value === 'string' && /^(latest|earliest|by_duration:P.+)$/i.test(value)
        ? null
        : invalidValue(name, value, 'it must be latest, earliest or by_duration:<ISO 8601 duration>');
  }
}

/** The rule as DescribeConfigs' readers and `docs/configs.md` see it, in Kafka's notation. */
export function describeRule(rule: ConfigRule): string {
  switch (rule.kind) {
    case 'range':
      return `[${rule.min ?? ''}${rule.min === null ? '' : ','}...${rule.max === null ? '' : ','}${rule.max ?? ''}]`;
    case 'one-of':
      return `[${rule.values.join(', ')}]`;
    case 'one-of-ignoring-case':
      return `(case insensitive) [${rule.values.join(', ')}]`;
    case 'list':
      return rule.values.length === 0 ? 'no duplicates' : `[${rule.values.join(', ')}]`;
    case 'non-empty':
      return 'non-empty string';
    case 'non-null':
      return 'non-null string';
    case 'gzip-level':
      return '[1,...,9] or -1';
    case 'throttled-replicas':
      return '[partitionId]:[brokerId],[partitionId]:[brokerId],... or *';
    case 'share-offset-reset':
      return '[latest, earliest, by_duration:PnDTnHnMn.nS]';
  }
}

/** Kafka's sentence for a value that a config does not take. */
export function invalidValue(name: string, value: ParsedConfigValue, reason: string | null): string {
  const shown = Array.isArray(value) ? `[${value.join(', ')}]` : String(value);
  return `Invalid value ${shown} for configuration ${name}${reason === null ? '' : `: ${reason}`}`;
}

function brokenRange(
  name: string,
  value: ParsedConfigValue,
  rule: { readonly min: number | null; readonly max: number | null },
): string | null {
  if (typeof value !== 'number' && typeof value !== 'bigint') {
    return invalidValue(name, null, 'Value must be non-null');
  }
  if (rule.min !== null && value < rule.min) {
    return invalidValue(name, value, `Value must be at least ${rule.min}`);
  }
  if (rule.max !== null && value > rule.max) {
    return invalidValue(name, value, `Value must be no more than ${rule.max}`);
  }
  return null;
}

function brokenList(
  name: string,
  value: ParsedConfigValue,
  rule: Extract<ConfigRule, { kind: 'list' }>,
): string | null {
  if (value === null) {
    return rule.nullAllowed ? null : `Configuration '${name}' values must not be null.`;
  }
  if (!Array.isArray(value)) {
    return invalidValue(name, value, 'Expected a comma separated list.');
  }
  if (!rule.emptyAllowed && value.length === 0) {
    const valid = rule.values.length === 0 ? 'any non-empty value' : describeRule(rule);
    return `Configuration '${name}' must not be empty. Valid values include: ${valid}`;
  }
  if (new Set(value).size !== value.length) {
    return `Configuration '${name}' values must not be duplicated.`;
  }
  for (const entry of value) {
    if (entry === '') {
      return `Configuration '${name}' values must not be empty.`;
    }
    if (rule.values.length > 0 && !rule.values.includes(entry)) {
      return invalidValue(name, entry, `String must be one of: ${rule.values.join(', ')}`);
    }
  }
  return null;
}

function brokenThrottledReplicas(name: string, value: ParsedConfigValue): string | null {
  const entries = Array.isArray(value) ? value.map((entry) => entry.trim()) : [];
  const isWhole = entries.length === 0 || (entries.length === 1 && entries[0] === '*');
  return isWhole || entries.every((entry) => /^[0-9]+:[0-9]+$/.test(entry))
    ? null
    : `${name} must be the literal '*' or a list of replicas in the following format: [partitionId]:[brokerId],[partitionId]:[brokerId],...`;
}
