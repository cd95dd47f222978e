/** Versions from `min` to `max`, both included; empty where `max` is below `min`. */
export interface VersionRange {
  readonly min: number;
  readonly max: number;
}

/** `3+`, `0-12`, `4` or `none`, as Kafka's schemas write ranges; an open end means every later version. */
export type VersionText = 'none' | `${number}` | `${number}+` | `${number}-${number}`;

const HIGHEST_VERSION = 32767;

export function parseVersions(text: VersionText): VersionRange {
  if (text === 'none') return { min: 0, max: -1 };
  if (text.endsWith('+')) return { min: Number.parseInt(text, 10), max: HIGHEST_VERSION };
  const [min, max = min] = text.split('-').map(Number);
  return { min: min ?? 0, max: max ?? -1 };
}

export function includesVersion(text: VersionText, version: number): boolean {
  const { min, max } = parseVersions(text);
  return version >= min && version <= max;
}
