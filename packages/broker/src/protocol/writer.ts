import { ProtocolError } from './protocol-error.ts';
import { STRING_BYTES_MAX } from './reader.ts';
import { uuidToBytes } from './uuid.ts';

const TWO_POW_32 = 0x1_0000_0000;
const INT64_MAX = 2 ** 63;

export interface WriterOptions {
  /** Bytes to allocate at first; the buffer grows as needed. */
  readonly capacity?: number;
  /** Byte values of at least this length become parts of their own instead of being copied. Default: never. */
  readonly gatherFrom?: number;
}

/**
 * Writes values in Kafka's encoding into a growing buffer. Numbers that do not fit their type throw a ProtocolError
 * (`unencodable`); nothing is ever wrapped around.
 */
export class Writer {
  #buffer: Buffer;
  #offset = 0;
  /** Where the part under construction begins in `#buffer`. */
  #partStart = 0;
  #partsLength = 0;
  readonly #parts: Uint8Array[] = [];
  readonly #gatherFrom: number;

  constructor({ capacity = 512, gatherFrom = Number.POSITIVE_INFINITY }: WriterOptions = {}) {
    this.#buffer = Buffer.allocUnsafe(capacity);
    this.#gatherFrom = gatherFrom;
  }

  /** Bytes written so far, gathered parts included. */
  get length(): number {
    return this.#partsLength + this.#offset - this.#partStart;
  }

  /** What was written, in order. Large byte values are the very arrays that were given. */
  parts(): Uint8Array[] {
    this.#closePart();
    return this.#parts;
  }

  /** What was written, as one array; it may be a view of a larger buffer. */
  bytes(): Uint8Array {
    if (this.#parts.length === 0) return this.#view(0, this.#offset);
    const parts = this.parts();
    const joined = Buffer.concat(parts);
    return new Uint8Array(joined.buffer, joined.byteOffset, joined.length);
  }

  /** Forgets what was written; the buffer is written over by what comes, so nothing that was taken from it may be kept. */
  clear(): void {
    this.#offset = 0;
    this.#partStart = 0;
    this.#partsLength = 0;
    this.#parts.length = 0;
  }

  bool(value: boolean): void {
    this.#put(value ? 1 : 0);
  }

  int8(value: number): void {
    if ((value << 24) >> 24 !== value) throw outOfRange('int8', value);
    this.#put(value);
  }

  int16(value: number): void {
    if ((value << 16) >> 16 !== value) throw outOfRange('int16', value);
    this.#put16(value);
  }

  uint16(value: number): void {
    if ((value & 0xffff) !== value) throw outOfRange('uint16', value);
    this.#put16(value);
  }

  int32(value: number): void {
    if ((value | 0) !== value) throw outOfRange('int32', value);
    this.#put32(value);
  }

  uint32(value: number): void {
    if (value >>> 0 !== value) throw outOfRange('uint32', value);
    this.#put32(value);
  }

  /** 2^63, the number nearest to Long.MAX_VALUE, is written as Long.MAX_VALUE. */
  int64(value: number): void {
    if (Number.isSafeInteger(value)) {
      this.#put32(Math.floor(value / TWO_POW_32));
      this.#put32(value);
    } else if (value === INT64_MAX) {
      this.#put32(0x7fff_ffff);
      this.#put32(-1);
    } else if (Number.isInteger(value) && value >= -INT64_MAX && value < INT64_MAX) {
      this.#reserve(8);
      this.#offset = this.#buffer.writeBigInt64BE(BigInt(value), this.#offset);
    } else {
      throw outOfRange('int64', value);
    }
  }

  float64(value: number): void {
    this.#reserve(8);
    this.#offset = this.#buffer.writeDoubleBE(value, this.#offset);
  }

  uvarint(value: number): void {
    if (value >>> 0 !== value) throw outOfRange('uvarint', value);
    let rest = value;
    while (rest > 0x7f) {
      this.#put((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.#put(rest);
  }

  /** A zigzag varint of 32 bits, as records use it. */
  varint(value: number): void {
    if ((value | 0) !== value) throw outOfRange('varint', value);
    this.uvarint(((value << 1) ^ (value >> 31)) >>> 0);
  }

  /** A zigzag varint of 64 bits. */
  varlong(value: number): void {
    if ((value | 0) === value) {
      this.varint(value);
      return;
    }
    if (!Number.isSafeInteger(value)) throw outOfRange('varlong', value);
    let rest = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n));
    while (rest > 0x7fn) {
      this.#put(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.#put(Number(rest));
  }

  uuid(text: string): void {
    this.raw(uuidToBytes(text));
  }

  /** A string with its length before it. */
  string(text: string, flexible: boolean): void {
    const length = Buffer.byteLength(text);
    if (length > STRING_BYTES_MAX) {
      throw new ProtocolError('unencodable', `a string of ${length} bytes, ${STRING_BYTES_MAX} are the most`);
    }
    if (flexible) this.uvarint(length + 1);
    else this.#put16(length);
    this.utf8(text, length);
  }

  /** Text of so many bytes as UTF-8, with nothing before it. */
  utf8(text: string, length: number): void {
    this.#reserve(length);
    this.#buffer.write(text, this.#offset, length);
    this.#offset += length;
  }

  nullString(flexible: boolean): void {
    if (flexible) this.#put(0);
    else this.#put16(-1);
  }

  /** The length of bytes, records or an array, before its content. */
  lengthOrCount(length: number, flexible: boolean): void {
    if (flexible) this.uvarint(length + 1);
    else this.int32(length);
  }

  nullLength(flexible: boolean): void {
    if (flexible) this.#put(0);
    else this.#put32(-1);
  }

  nullableRecords(records: Uint8Array | readonly Uint8Array[] | null, flexible: boolean): void {
    if (records === null) {
      this.nullLength(flexible);
      return;
    }
    const parts = records instanceof Uint8Array ? [records] : records;
    let length = 0;
    for (const part of parts) length += part.length;
    this.lengthOrCount(length, flexible);
    for (const part of parts) this.raw(part);
  }

  /** The bytes as they are; a part of their own, not copied, from the gather threshold on. */
  raw(bytes: Uint8Array): void {
    if (bytes.length >= this.#gatherFrom) {
      this.#closePart();
      this.#pushPart(bytes);
      return;
    }
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#offset);
    this.#offset += bytes.length;
  }

  /** Everything another writer holds. */
  append(other: Writer): void {
    for (const part of other.parts()) this.raw(part);
  }

  #put(byte: number): void {
    this.#reserve(1);
    this.#buffer[this.#offset++] = byte;
  }

  #put16(value: number): void {
    this.#reserve(2);
    const buffer = this.#buffer;
    buffer[this.#offset++] = value >> 8;
    buffer[this.#offset++] = value;
  }

  #put32(value: number): void {
    this.#reserve(4);
    const buffer = this.#buffer;
    buffer[this.#offset++] = value >> 24;
    buffer[this.#offset++] = value >> 16;
    buffer[this.#offset++] = value >> 8;
    buffer[this.#offset++] = value;
  }

  #reserve(length: number): void {
    if (this.#offset + length <= this.#buffer.length) return;
    const capacity = this.#buffer.length * 2;
    // What becomes parts anyhow need not be copied into the larger buffer.
    if (this.#gatherFrom !== Number.POSITIVE_INFINITY) this.#closePart();
    const pending = this.#offset - this.#partStart;
    const grown = Buffer.allocUnsafe(Math.max(pending + length, capacity));
    this.#buffer.copy(grown, 0, this.#partStart, this.#offset);
    this.#buffer = grown;
    this.#partStart = 0;
    this.#offset = pending;
  }

  #closePart(): void {
    if (this.#offset === this.#partStart) return;
    this.#pushPart(this.#view(this.#partStart, this.#offset));
    this.#partStart = this.#offset;
  }

  #pushPart(part: Uint8Array): void {
    this.#parts.push(part);
    this.#partsLength += part.length;
  }

  #view(start: number, end: number): Uint8Array {
    return new Uint8Array(this.#buffer.buffer, this.#buffer.byteOffset + start, end - start);
  }
}

function outOfRange(type: string, value: number): ProtocolError {
  return new ProtocolError('unencodable', `${value} is not an ${type}`);
}
