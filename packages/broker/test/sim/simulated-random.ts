import type { Random } from '../../src/runtime/random.ts';
import type { SeededRandom } from '../seeded-random.ts';

/** Chance of one process, from its own seed. */
export function simulatedRandom(random: SeededRandom): Random {
  const uuid = (): string => {
    const bytes = random.bytes(16);
    bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
    bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
    const text = Buffer.from(bytes).toString('base64url');
    return text.startsWith('-') ? uuid() : text;
  };
  return { uint32: () => random.below(2 ** 32), uuid };
}
