import type { ConfigRule } from './config-rule.ts';

/** Kafka's ConfigDef types; {@link configTypeCode} gives their codes in DescribeConfigs. */
export type ConfigType =
  | 'BOOLEAN'
  | 'STRING'
  | 'INT'
  | 'SHORT'
  | 'LONG'
  | 'DOUBLE'
  | 'LIST'
  | 'CLASS'
  | 'PASSWORD';

/** When a broker config may change: only by a restart, for one broker at run time, or for all brokers at once. */
export type ConfigScope = 'read-only' | 'per-broker' | 'cluster-wide';

/**
 * What setting a config does here. `acts`: the value is honoured. `fixed`: Odradek always behaves as the default
 * says. `refused`: it belongs to something Odradek does not have. A value other than the default is
 * INVALID_CONFIG for the last two, so that nothing is ever stored and ignored.
 */
export type ConfigEffect = 'acts' | 'fixed' | 'refused';

/** One config as Apache Kafka 4.3.1 defines it (or, for `odradek.` names, as Odradek does). */
export interface ConfigDefinition {
  readonly name: string;
  readonly type: ConfigType;
  /** The default as text, exact also beyond ±2^53; null is Kafka's null; undefined where a value must be given. */
  readonly default: string | null | undefined;
  readonly rule: ConfigRule | null;
  readonly scope: ConfigScope;
  readonly effect: ConfigEffect;
  /** Broker configs that stand in for this one, the strongest first; only topic and group configs have them. */
  readonly synonyms: readonly string[];
  /** Not described unless it was set, as Kafka treats its internal configs. */
  readonly isInternal: boolean;
  readonly text: string;
}

/** The definitions of one kind of resource, by name. */
export type ConfigDefinitions = ReadonlyMap<string, ConfigDefinition>;

const TYPE_CODES: Readonly<Record<ConfigType, number>> = {
  BOOLEAN: 1,
  STRING: 2,
  INT: 3,
  SHORT: 4,
  LONG: 5,
  DOUBLE: 6,
  LIST: 7,
  CLASS: 8,
  PASSWORD: 9,
};

/** The type's code in a DescribeConfigs response. */
export function configTypeCode(type: ConfigType): number {
  return TYPE_CODES[type];
}

/** A value that must never be shown. */
export function isSensitive(definition: ConfigDefinition): boolean {
  return definition.type === 'PASSWORD';
}
