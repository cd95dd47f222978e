/**
 * SipHash-2-4 with a result of 128 bits (Aumasson and Bernstein), over 32-bit halves because JavaScript has no other
 * fast integers. A keyed hash: who does not know the key cannot make two inputs collide, so that equal hashes may
 * stand for equal inputs.
 */
export class SipHash {
  /** The last result: four little-endian words. */
  readonly words = new Int32Array(4);
  readonly #key: Int32Array;
  /** v0 … v3, each low half first. */
  readonly #v = new Int32Array(8);

  /** `key` has 16 bytes. */
  constructor(key: Uint8Array) {
    const view = new DataView(key.buffer, key.byteOffset, 16);
    this.#key = Int32Array.from({ length: 4 }, (_, word) => view.getInt32(word * 4, true));
  }

  /** Hashes the bytes from `start` up to `end`. */
  hash(bytes: Uint8Array, start = 0, end = bytes.length): Int32Array {
    const v = this.#v;
    this.#begin();
    const whole = start + ((end - start) & ~7);
    let at = start;
    for (; at < whole; at += 8) compress(v, wordAt(bytes, at), wordAt(bytes, at + 4));
    let low = 0;
    let high = ((end - start) & 0xff) << 24;
    for (let left = 0; at + left < end; left++) {
      const byte = bytes[at + left] ?? 0;
      if (left < 4) low |= byte << (left * 8);
      else high |= byte << ((left - 4) * 8);
    }
    compress(v, low, high);
    v[4] = (v[4] ?? 0) ^ 0xee;
    for (let rounds = 0; rounds < 4; rounds++) round(v);
    this.#store(0);
    v[2] = (v[2] ?? 0) ^ 0xdd;
    for (let rounds = 0; rounds < 4; rounds++) round(v);
    this.#store(2);
    return this.words;
  }

  #begin(): void {
    const [k0 = 0, k1 = 0, k2 = 0, k3 = 0] = this.#key;
    const v = this.#v;
    v[0] = k0 ^ 0x70736575;
    v[1] = k1 ^ 0x736f6d65;
    v[2] = k2 ^ 0x6e646f6d ^ 0xee;
    v[3] = k3 ^ 0x646f7261;
    v[4] = k0 ^ 0x6e657261;
    v[5] = k1 ^ 0x6c796765;
    v[6] = k2 ^ 0x79746573;
    v[7] = k3 ^ 0x74656462;
  }

  #store(word: number): void {
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = this.#v;
    this.words[word] = a ^ c ^ e ^ g;
    this.words[word + 1] = b ^ d ^ f ^ h;
  }
}

function wordAt(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] ?? 0) |
    ((bytes[at + 1] ?? 0) << 8) |
    ((bytes[at + 2] ?? 0) << 16) |
    ((bytes[at + 3] ?? 0) << 24)
  );
}

function compress(v: Int32Array, low: number, high: number): void {
  v[6] = (v[6] ?? 0) ^ low;
  v[7] = (v[7] ?? 0) ^ high;
  round(v);
  round(v);
  v[0] = (v[0] ?? 0) ^ low;
  v[1] = (v[1] ?? 0) ^ high;
}

/** One SipRound. Half a carry is told by an unsigned comparison. */
function round(v: Int32Array): void {
  let v0l = v[0] ?? 0;
  let v0h = v[1] ?? 0;
  let v1l = v[2] ?? 0;
  let v1h = v[3] ?? 0;
  let v2l = v[4] ?? 0;
  let v2h = v[5] ?? 0;
  let v3l = v[6] ?? 0;
  let v3h = v[7] ?? 0;
  // v0 += v1; v1 = rotl(v1, 13) ^ v0; v0 = rotl(v0, 32)
  let low = (v0l + v1l) | 0;
  v0h = (v0h + v1h + (low >>> 0 < v0l >>> 0 ? 1 : 0)) | 0;
  v0l = low;
  let rotated = (v1l << 13) | (v1h >>> 19);
  v1h = ((v1h << 13) | (v1l >>> 19)) ^ v0h;
  v1l = rotated ^ v0l;
  rotated = v0l;
  v0l = v0h;
  v0h = rotated;
  // v2 += v3; v3 = rotl(v3, 16) ^ v2
  low = (v2l + v3l) | 0;
  v2h = (v2h + v3h + (low >>> 0 < v2l >>> 0 ? 1 : 0)) | 0;
  v2l = low;
  rotated = (v3l << 16) | (v3h >>> 16);
  v3h = ((v3h << 16) | (v3l >>> 16)) ^ v2h;
  v3l = rotated ^ v2l;
  // v0 += v3; v3 = rotl(v3, 21) ^ v0
  low = (v0l + v3l) | 0;
  v0h = (v0h + v3h + (low >>> 0 < v0l >>> 0 ? 1 : 0)) | 0;
  v0l = low;
  rotated = (v3l << 21) | (v3h >>> 11);
  v3h = ((v3h << 21) | (v3l >>> 11)) ^ v0h;
  v3l = rotated ^ v0l;
  // v2 += v1; v1 = rotl(v1, 17) ^ v2; v2 = rotl(v2, 32)
  low = (v2l + v1l) | 0;
  v2h = (v2h + v1h + (low >>> 0 < v2l >>> 0 ? 1 : 0)) | 0;
  v2l = low;
  rotated = (v1l << 17) | (v1h >>> 15);
  v1h = ((v1h << 17) | (v1l >>> 15)) ^ v2h;
  v1l = rotated ^ v2l;
  v[0] = v0l;
  v[1] = v0h;
  v[2] = v1l;
  v[3] = v1h;
  v[4] = v2h;
  v[5] = v2l;
  v[6] = v3l;
  v[7] = v3h;
}
