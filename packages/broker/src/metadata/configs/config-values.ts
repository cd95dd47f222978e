import { invariant } from '../../runtime/invariant.ts';
import type { ConfigDefinition, ConfigDefinitions } from './config-definition.ts';
import { type ParsedConfigValue, parseConfigValue } from './parse-value.ts';

/**
 * The values of one kind of config, each looked up through layers of overrides (the strongest first) down to the
 * default. Every stored value was checked before it was stored, so a lookup never fails on a value; asking for a
 * name or type that the definitions do not have is a broken invariant.
 */
export class ConfigValues {
  readonly #definitions: ConfigDefinitions;
  readonly #layers: readonly ReadonlyMap<string, string>[];
  readonly #parsed = new Map<string, ParsedConfigValue>();

  constructor(definitions: ConfigDefinitions, layers: readonly ReadonlyMap<string, string>[]) {
    this.#definitions = definitions;
    this.#layers = layers;
  }

  /** The value as text, exactly as it was given; the default's text otherwise. */
  text(name: string): string | null {
    const definition = this.#definition(name);
    for (const layer of this.#layers) {
      const value = layer.get(name);
      if (value !== undefined) {
        return value;
      }
    }
    return definition.default ?? null;
  }

  /** Somebody gave a value, be it the default's. */
  isSet(name: string): boolean {
    return this.#layers.some((layer) => layer.has(name));
  }

  string(name: string): string {
    const value = this.#value(name);
    invariant(typeof value === 'string', `config ${name} is no text`);
    return value;
  }

  stringOrNull(name: string): string | null {
    return this.#value(name) === null ? null : this.string(name);
  }

  boolean(name: string): boolean {
    const value = this.#value(name);
    invariant(typeof value === 'boolean', `config ${name} is no boolean`);
    return value;
  }

  /** INT, SHORT, DOUBLE and LONG; a LONG beyond ±2^53 is the nearest double, which for limits is as good as infinite. */
  number(name: string): number {
    const value = this.#value(name);
    invariant(typeof value === 'number' || typeof value === 'bigint', `config ${name} is no number`);
    return Number(value);
  }

  numberOrNull(name: string): number | null {
    return this.#value(name) === null ? null : this.number(name);
  }

  list(name: string): readonly string[] {
    const value = this.#value(name) ?? [];
    invariant(Array.isArray(value), `config ${name} is no list`);
    return value;
  }

  #value(name: string): ParsedConfigValue {
    const known = this.#parsed.get(name);
    if (known !== undefined) {
      return known;
    }
    const outcome = parseConfigValue(this.#definition(name), this.text(name));
    invariant(outcome.kind === 'parsed', outcome.kind === 'invalid' ? outcome.message : name);
    this.#parsed.set(name, outcome.value);
    return outcome.value;
  }

  #definition(name: string): ConfigDefinition {
    const definition = this.#definitions.get(name);
    invariant(definition !== undefined, `config ${name} is not known`);
    return definition;
  }
}
