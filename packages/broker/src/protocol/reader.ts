import { ProtocolError } from './protocol-error.ts';
import { UUID_BYTES, uuidToText, ZERO_UUID } from './uuid.ts';

const TWO_POW_32 = 0x1_0000_0000;

/** Kafka's limit for every string, also where the compact length could hold more. */
export const STRING_BYTES_MAX = 32_767;

/**
 * A cursor over bytes in Kafka's encoding. Every method reads one value at `offset` and moves past it, or throws a
 * ProtocolError (`truncated`, `malformed`) and never looks outside the given bytes. Byte values are sub-arrays, not
 * copies: whoever keeps one keeps the whole frame alive.
 */
export class Reader {
  offset: number;
  readonly end: number;
  /** Set once an int64 beyond ±2^53 was read: its number is only the nearest one (design decision 14). */
  sawUnsafeInt64 = false;
  readonly #bytes: Buffer;

  constructor(bytes: Uint8Array, offset = 0, end = bytes.length) {
    this.#bytes = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.offset = offset;
    this.end = end;
    if (offset < 0 || end > bytes.length || offset > end) {
      throw new ProtocolError('truncated', `a range of ${offset} to ${end} in ${bytes.length} bytes`);
    }
  }

  get remaining(): number {
    return this.end - this.offset;
  }

  /** Throws `trailing-bytes` unless everything was read. */
  expectEnd(): void {
    if (this.offset !== this.end) {
      throw new ProtocolError('trailing-bytes', `${this.remaining} bytes are left after the message`);
    }
  }

  bool(): boolean {
    return this.int8() !== 0;
  }

  int8(): number {
    return ((this.#bytes[this.#take(1)] ?? 0) << 24) >> 24;
  }

  uint8(): number {
    return this.#bytes[this.#take(1)] ?? 0;
  }

  int16(): number {
    return (this.uint16() << 16) >> 16;
  }

  uint16(): number {
    const at = this.#take(2);
    const bytes = this.#bytes;
    return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  }

  int32(): number {
    const at = this.#take(4);
    const bytes = this.#bytes;
    return (
      ((bytes[at] ?? 0) << 24) |
      ((bytes[at + 1] ?? 0) << 16) |
      ((bytes[at + 2] ?? 0) << 8) |
      (bytes[at + 3] ?? 0)
    );
  }

  uint32(): number {
    return this.int32() >>> 0;
  }

  /** An int64 as a number; beyond ±2^53 the nearest one, and `sawUnsafeInt64` is set. */
  int64(): number {
    const value = this.saturatingInt64();
    if (!Number.isSafeInteger(value)) this.sawUnsafeInt64 = true;
    return value;
  }

  /** An int64 where any value beyond ±2^53 means the same as a very large one; `sawUnsafeInt64` is left alone. */
  saturatingInt64(): number {
    this.#require(8);
    const high = this.int32();
    return high * TWO_POW_32 + this.uint32();
  }

  float64(): number {
    return this.#bytes.readDoubleBE(this.#take(8));
  }

  /** An unsigned varint of at most 32 bits in at most five bytes. */
  uvarint(): number {
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.uint8();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    const last = this.uint8();
    if (last > 0x0f) throw new ProtocolError('malformed', 'an unsigned varint of more than 32 bits');
    return (value | (last << 28)) >>> 0;
  }

  /** A zigzag varint of 32 bits, as records use it. */
  varint(): number {
    const encoded = this.uvarint();
    return (encoded >>> 1) ^ -(encoded & 1);
  }

  /** A zigzag varint of 64 bits; beyond ±2^53 the nearest number, and `sawUnsafeInt64` is set. */
  varlong(): number {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.uint8();
      if (shift === 63 && byte > 1) break;
      const bits = byte & 0x7f;
      if (shift < 28) low += bits * 2 ** shift;
      else high += bits * 2 ** (shift - 28);
      if (byte < 0x80) return this.#unzigzag(low, high);
    }
    throw new ProtocolError('malformed', 'a varint of more than 64 bits');
  }

  uuid(): string {
    const at = this.#take(UUID_BYTES);
    const bytes = this.#bytes;
    for (let index = at; index < at + UUID_BYTES; index++) {
      if (bytes[index] !== 0) return uuidToText(bytes, at);
    }
    return ZERO_UUID;
  }

  /** The next `length` bytes, not copied. */
  slice(length: number): Uint8Array {
    const at = this.#take(length);
    return new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset + at, length);
  }

  /** The next `length` bytes as UTF-8 text; malformed sequences become U+FFFD. */
  utf8(length: number): string {
    const at = this.#take(length);
    return this.#bytes.toString('utf8', at, at + length);
  }

  /** Moves `length` bytes on. */
  skip(length: number): void {
    this.#take(length);
  }

  /** A string's or null's length: -1 stands for null. */
  stringLength(flexible: boolean): number {
    if (!flexible) return this.int16();
    const length = this.uvarint() - 1;
    if (length > STRING_BYTES_MAX) throw new ProtocolError('malformed', `a string of ${length} bytes`);
    return length;
  }

  /** The length of bytes, records or an array: -1 stands for null. */
  lengthOrCount(flexible: boolean): number {
    return flexible ? this.uvarint() - 1 : this.int32();
  }

  string(flexible: boolean): string {
    const length = this.stringLength(flexible);
    if (length < 0) throw new ProtocolError('malformed', `a string of the length ${length}`);
    return this.utf8(length);
  }

  nullableString(flexible: boolean): string | null {
    const length = this.stringLength(flexible);
    return length === -1 ? null : this.utf8(length);
  }

  nullableBytes(flexible: boolean): Uint8Array | null {
    const length = this.lengthOrCount(flexible);
    return length === -1 ? null : this.slice(length);
  }

  /** The count of an array that must not be null; no higher than what is left can hold. */
  count(flexible: boolean, minimumElementBytes: number): number {
    const count = this.nullableCount(flexible, minimumElementBytes);
    if (count < 0) throw new ProtocolError('malformed', `an array of ${count} elements`);
    return count;
  }

  /** The same of an array that may be null, for which -1 stands. */
  nullableCount(flexible: boolean, minimumElementBytes: number): number {
    const count = this.lengthOrCount(flexible);
    if (count < -1) throw new ProtocolError('malformed', `an array of ${count} elements`);
    if (count * minimumElementBytes > this.remaining) {
      throw new ProtocolError('truncated', `${count} elements in ${this.remaining} bytes`);
    }
    return count;
  }

  /** What `read` makes of the next bytes; throws `malformed` unless it takes exactly `size` of them. */
  sized<Value>(size: number, read: (reader: Reader) => Value): Value {
    const start = this.offset;
    const value = read(this);
    if (this.offset - start !== size) {
      throw new ProtocolError('malformed', `${this.offset - start} bytes where ${size} were announced`);
    }
    return value;
  }

  /** Skips a tagged-field section none of whose tags is known here. */
  skipTaggedFields(): void {
    for (let left = this.uvarint(); left > 0; left--) {
      this.uvarint();
      this.skip(this.uvarint());
    }
  }

  #take(length: number): number {
    this.#require(length);
    const at = this.offset;
    this.offset = at + length;
    return at;
  }

  #require(length: number): void {
    if (length < 0) throw new ProtocolError('malformed', `a length of ${length}`);
    if (length > this.end - this.offset) {
      throw new ProtocolError('truncated', `${length} bytes announced, ${this.remaining} are left`);
    }
  }

  /** `low` holds bits 0–27, `high` bits 28–63 of the zigzag form. */
  #unzigzag(low: number, high: number): number {
    const isNegative = low % 2 === 1;
    const magnitude = high * 2 ** 27 + Math.floor(low / 2);
    const value = isNegative ? -magnitude - 1 : magnitude;
    if (!Number.isSafeInteger(value)) this.sawUnsafeInt64 = true;
    return value;
  }
}
