import { loadWhenUsed } from './load-when-used.ts';

export type CompiledPattern =
  | { readonly kind: 'compiled'; readonly matches: (text: string) => boolean }
  | { readonly kind: 'invalid'; readonly reason: string };

/**
 * A regular expression in the syntax of RE2, that of Kafka's brokers: it has no back-references, and matching takes
 * time in proportion to the text whatever the expression, so that a client may be trusted with one. `matches` asks
 * for the whole text.
 */
export function compilePattern(pattern: string): CompiledPattern {
  const { RE2JS, RE2JSException } = loadWhenUsed('re2js') as typeof import('re2js');
  try {
    const compiled = RE2JS.compile(pattern);
    return { kind: 'compiled', matches: (text) => compiled.testExact(text) };
  } catch (error) {
    if (error instanceof RE2JSException) return { kind: 'invalid', reason: error.message };
    throw error;
  }
}
