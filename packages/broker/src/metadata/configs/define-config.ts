import type { ConfigDefinition, ConfigEffect, ConfigScope, ConfigType } from './config-definition.ts';
import type { ConfigRule } from './config-rule.ts';

interface Details {
  readonly effect: ConfigEffect;
  readonly text: string;
  readonly rule?: ConfigRule;
  readonly scope?: ConfigScope;
  readonly synonyms?: readonly string[];
  readonly isInternal?: boolean;
}

/** Words for the tables of configs: a name, the default's text (undefined: a value must be given), and the rest. */
export const boolean = ofType('BOOLEAN');
export const string = ofType('STRING');
export const int = ofType('INT');
export const short = ofType('SHORT');
export const long = ofType('LONG');
export const double = ofType('DOUBLE');
export const list = ofType('LIST');
export const javaClass = ofType('CLASS');
export const password = ofType('PASSWORD');

function ofType(type: ConfigType) {
  return (name: string, defaultText: string | null | undefined, details: Details): ConfigDefinition => ({
    name,
    type,
    default: defaultText,
    rule: details.rule ?? null,
    scope: details.scope ?? 'read-only',
    effect: details.effect,
    synonyms: details.synonyms ?? [],
    isInternal: details.isInternal ?? false,
    text: details.text,
  });
}

export function atLeast(min: number): ConfigRule {
  return { kind: 'range', min, max: null };
}

export function between(min: number, max: number): ConfigRule {
  return { kind: 'range', min, max };
}

export function oneOf(...values: string[]): ConfigRule {
  return { kind: 'one-of', values };
}

export function oneOfIgnoringCase(...values: string[]): ConfigRule {
  return { kind: 'one-of-ignoring-case', values };
}

export function listOf(...values: string[]): ConfigRule {
  return { kind: 'list', values, emptyAllowed: true, nullAllowed: false };
}

export function nonEmptyListOf(...values: string[]): ConfigRule {
  return { kind: 'list', values, emptyAllowed: false, nullAllowed: false };
}

export function anyList(): ConfigRule {
  return { kind: 'list', values: [], emptyAllowed: true, nullAllowed: false };
}

export function anyListOrNull(): ConfigRule {
  return { kind: 'list', values: [], emptyAllowed: true, nullAllowed: true };
}

export function nonEmptyList(): ConfigRule {
  return { kind: 'list', values: [], emptyAllowed: false, nullAllowed: false };
}

export function nonEmptyListOrNull(): ConfigRule {
  return { kind: 'list', values: [], emptyAllowed: false, nullAllowed: true };
}

export function nonEmpty(): ConfigRule {
  return { kind: 'non-empty' };
}

export function nonNull(): ConfigRule {
  return { kind: 'non-null' };
}

export function gzipLevel(): ConfigRule {
  return { kind: 'gzip-level' };
}

export function throttledReplicas(): ConfigRule {
  return { kind: 'throttled-replicas' };
}

export function shareOffsetReset(): ConfigRule {
  return { kind: 'share-offset-reset' };
}
