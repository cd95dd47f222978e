import type { Random } from '../runtime/random.ts';

/** An id for a new member: what it calls itself, then a random UUID as Java prints it. */
export function newMemberId(prefix: string, random: Random): string {
  const words = [random.uint32(), random.uint32(), random.uint32(), random.uint32()];
  const hex = words.map((word) => word.toString(16).padStart(8, '0')).join('');
  // Version 4, variant 1 of RFC 9562.
  const variant = (0x8 | (Number.parseInt(hex.charAt(16), 16) & 0x3)).toString(16);
  const fields = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20),
  ];
  return `${prefix}-${fields.join('-')}`;
}
