import { InvalidArgumentError } from 'commander';

// Parsers of option values; commander names the option and the value in front of what they throw.

export function parseTcpPort(text: string): number {
  return integer(text, 0, 65_535, 'a TCP port is a number from 0 (any free one) to 65535');
}

export function parseCount(text: string): number {
  return integer(text, 1, 2_147_483_647, 'it has to be a whole number of at least 1');
}

export function parseNonNegative(text: string): number {
  return integer(text, 0, Number.MAX_SAFE_INTEGER, 'it has to be a whole number of at least 0');
}

/** A whole number, negative ones too. */
export function parseShift(text: string): number {
  return integer(text, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, 'it has to be a whole number');
}

/** Ids of brokers, with commas. */
export function parseIds(text: string): number[] {
  const complaint = 'it has to be ids of brokers with commas: 1,2,3';
  const ids = text.split(',').map((part) => integer(part.trim(), 0, 2_147_483_647, complaint));
  if (new Set(ids).size < ids.length) throw new InvalidArgumentError('it names a broker twice.');
  return ids;
}

const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
]);

/** `500ms`, `1s`, `2m`, in milliseconds. */
export function parseDuration(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  const unitMs = UNIT_MS.get(unit ?? '');
  const durationMs = Math.round(Number(amount) * (unitMs ?? 0));
  if (unitMs === undefined || durationMs < 1) {
    throw new InvalidArgumentError('a duration is a number with a unit: 500ms, 1s, 2m.');
  }
  return durationMs;
}

/** Adds one `key=value` to those collected so far; an option that is given again wins. */
export function collectKeyValue(
  text: string,
  collected: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('it has to be key=value.');
  return { ...collected, [text.slice(0, at).trim()]: text.slice(at + 1) };
}

/** Adds one value to those collected so far. */
export function collect(text: string, collected: readonly string[] = []): string[] {
  return [...collected, text];
}

function integer(text: string, min: number, max: number, complaint: string): number {
  const value = Number(text);
  if (!/^-?\d+$/.test(text) || value < min || value > max) throw new InvalidArgumentError(`${complaint}.`);
  return value;
}
