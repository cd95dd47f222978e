import type { SeededRandom } from '../seeded-random.ts';

/** Lengths and counts that decoders have gone wrong on: huge, negative, null, one too many. */
const NASTY_SEQUENCES = [
  [0x7f, 0xff, 0xff, 0xff],
  [0xff, 0xff, 0xff, 0xff],
  [0xff, 0xff, 0xff, 0xfe],
  [0x80, 0x00, 0x00, 0x00],
  [0x7f, 0xff],
  [0xff, 0xff],
  [0xff, 0xfe],
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
  [0x80, 0x80, 0x80, 0x80, 0x80, 0x00],
  [0x00],
  [0x01],
  [0x80],
  [0xff],
];

type Mutation = (bytes: Uint8Array, random: SeededRandom) => Uint8Array;

const mutations: readonly Mutation[] = [flipBit, overwrite, insert, remove, truncate, repeat, append];

/** The bytes with one to four things wrong. */
export function mutate(original: Uint8Array, random: SeededRandom): Uint8Array {
  let bytes = original;
  for (let left = 1 + random.below(4); left > 0; left--) bytes = random.pick(mutations)(bytes, random);
  return bytes;
}

function flipBit(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  const flipped = bytes.slice();
  const at = random.below(bytes.length);
  flipped[at] = (flipped[at] ?? 0) ^ (1 << random.below(8));
  return flipped;
}

function overwrite(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  const written = bytes.slice();
  const at = random.below(bytes.length);
  written.set(random.pick(NASTY_SEQUENCES).slice(0, bytes.length - at), at);
  return written;
}

function insert(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  return splice(bytes, random.below(bytes.length + 1), { insert: random.pick(NASTY_SEQUENCES) });
}

function remove(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  return splice(bytes, random.below(bytes.length + 1), { remove: 1 + random.below(8) });
}

function truncate(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  return bytes.slice(0, random.below(bytes.length + 1));
}

function repeat(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  const at = random.below(bytes.length + 1);
  return splice(bytes, at, { insert: bytes.slice(at, at + 1 + random.below(32)) });
}

function append(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  return splice(bytes, bytes.length, { insert: random.bytes(1 + random.below(16)) });
}

interface Change {
  readonly insert?: ArrayLike<number>;
  readonly remove?: number;
}

function splice(bytes: Uint8Array, at: number, { insert = [], remove = 0 }: Change): Uint8Array {
  const tail = bytes.subarray(Math.min(bytes.length, at + remove));
  const changed = new Uint8Array(at + insert.length + tail.length);
  changed.set(bytes.subarray(0, at));
  changed.set(insert, at);
  changed.set(tail, at + insert.length);
  return changed;
}
