import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOfHex, hexOf } from '../../test/captured-lines.ts';
import { ProtocolError } from './protocol-error.ts';
import { Reader } from './reader.ts';
import { uuidToBytes, uuidToText, ZERO_UUID } from './uuid.ts';
import { Writer } from './writer.ts';

function written(write: (writer: Writer) => void): Uint8Array {
  const writer = new Writer({ capacity: 1 });
  write(writer);
  return writer.bytes();
}

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
  return 'no error';
}

function hex(write: (writer: Writer) => void): string {
  return hexOf(written(write));
}

describe('what is written', () => {
  const same = <Value>(
    arbitrary: fc.Arbitrary<Value>,
    write: (writer: Writer, value: Value) => void,
    read: (reader: Reader) => Value,
  ) =>
    fc.assert(
      fc.property(arbitrary, (value) => {
        const reader = new Reader(written((writer) => write(writer, value)));
        expect(read(reader)).toEqual(value);
        reader.expectEnd();
        expect(reader.sawUnsafeInt64).toBe(false);
      }),
    );

  it('is read again: integers', () => {
    same(
      fc.integer({ min: -128, max: 127 }),
      (w, v) => w.int8(v),
      (r) => r.int8(),
    );
    same(
      fc.integer({ min: -32768, max: 32767 }),
      (w, v) => w.int16(v),
      (r) => r.int16(),
    );
    same(
      fc.nat(65535),
      (w, v) => w.uint16(v),
      (r) => r.uint16(),
    );
    same(
      fc.integer(),
      (w, v) => w.int32(v),
      (r) => r.int32(),
    );
    same(
      fc.nat(0xffff_ffff),
      (w, v) => w.uint32(v),
      (r) => r.uint32(),
    );
    same(
      fc.maxSafeInteger(),
      (w, v) => w.int64(v),
      (r) => r.int64(),
    );
  });

  it('is read again: varints', () => {
    same(
      fc.nat(0xffff_ffff),
      (w, v) => w.uvarint(v),
      (r) => r.uvarint(),
    );
    same(
      fc.integer(),
      (w, v) => w.varint(v),
      (r) => r.varint(),
    );
    same(
      fc.maxSafeInteger(),
      (w, v) => w.varlong(v),
      (r) => r.varlong(),
    );
  });

  it('is read again: text, uuids, floats, booleans', () => {
    const text = fc.string({ unit: 'grapheme' });
    same(
      text,
      (w, v) => w.string(v, true),
      (r) => r.string(true),
    );
    same(
      text,
      (w, v) => w.string(v, false),
      (r) => r.string(false),
    );
    const id = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => uuidToText(bytes));
    same(
      id,
      (w, v) => w.uuid(v),
      (r) => r.uuid(),
    );
    same(
      fc.double(),
      (w, v) => w.float64(v),
      (r) => r.float64(),
    );
    same(
      fc.boolean(),
      (w, v) => w.bool(v),
      (r) => r.bool(),
    );
  });
});

describe('the bytes', () => {
  it('of varints are those of Kafka (zigzag, little groups first)', () => {
    expect(hex((w) => w.uvarint(300))).toBe('ac02');
    expect(hex((w) => w.uvarint(0xffff_ffff))).toBe('ffffffff0f');
    expect(hex((w) => w.varint(-1))).toBe('01');
    expect(hex((w) => w.varint(-2_147_483_648))).toBe('ffffffff0f');
    expect(hex((w) => w.varlong(3_000_000_000))).toBe('80f882ad16');
    expect(hex((w) => w.varlong(-3_000_000_000))).toBe('fff782ad16');
  });

  it('of an id are the 16 that its text stands for', () => {
    expect(uuidToText(uuidToBytes('oJS1cU1-Rca94yL-fJ0hzA'))).toBe('oJS1cU1-Rca94yL-fJ0hzA');
    expect(hexOf(uuidToBytes('_____________________w'))).toBe('ff'.repeat(16));
    expect(new Reader(new Uint8Array(16)).uuid()).toBe(ZERO_UUID);
    for (const text of ['', 'short', `${ZERO_UUID}A`, '!'.repeat(22)]) {
      expect(codeOf(() => uuidToBytes(text))).toBe('unencodable');
      expect(codeOf(() => written((w) => w.uuid(text)))).toBe('unencodable');
    }
  });
});

describe('an int64 beyond ±2^53', () => {
  it.each([
    ['7fffffffffffffff', 2 ** 63],
    ['8000000000000000', -(2 ** 63)],
    ['0020000000000000', 2 ** 53],
    ['0020000000000001', 2 ** 53],
    ['ffe0000000000000', -(2 ** 53)],
  ])('%s is read as the nearest number and noticed', (text, nearest) => {
    const reader = new Reader(bytesOfHex(text));
    expect(reader.int64()).toBe(nearest);
    expect(reader.sawUnsafeInt64).toBe(true);
    const saturating = new Reader(bytesOfHex(text));
    expect(saturating.saturatingInt64()).toBe(nearest);
    expect(saturating.sawUnsafeInt64).toBe(false);
  });

  it('is not noticed up to the largest safe integer', () => {
    const reader = new Reader(bytesOfHex('001fffffffffffff' + 'ffe0000000000001'));
    expect(reader.int64()).toBe(Number.MAX_SAFE_INTEGER);
    expect(reader.int64()).toBe(Number.MIN_SAFE_INTEGER);
    expect(reader.sawUnsafeInt64).toBe(false);
  });

  it('is written exactly, 2^63 as Long.MAX_VALUE', () => {
    expect(hex((w) => w.int64(2 ** 63))).toBe('7fffffffffffffff');
    expect(hex((w) => w.int64(-(2 ** 63)))).toBe('8000000000000000');
    expect(hex((w) => w.int64(2 ** 60))).toBe('1000000000000000');
    expect(codeOf(() => written((w) => w.int64(2 ** 64)))).toBe('unencodable');
    expect(codeOf(() => written((w) => w.int64(1.5)))).toBe('unencodable');
  });

  it('in a varlong is noticed too', () => {
    const reader = new Reader(bytesOfHex('ffffffffffffffffff01'));
    expect(reader.varlong()).toBe(-(2 ** 63));
    expect(reader.sawUnsafeInt64).toBe(true);
  });
});

describe('bytes that are not what was announced', () => {
  it.each([
    ['a length beyond the end', '7fffffff00', (r: Reader) => r.slice(r.int32()), 'truncated'],
    ['a negative length', 'fffffffe', (r: Reader) => r.slice(r.int32()), 'malformed'],
    ['an int64 cut off', '00000000000000', (r: Reader) => r.int64(), 'truncated'],
    ['an endless varint', 'ffffffffff01', (r: Reader) => r.uvarint(), 'malformed'],
    ['an endless varlong', 'ffffffffffffffffffff01', (r: Reader) => r.varlong(), 'malformed'],
    ['a varint cut off', 'ff', (r: Reader) => r.uvarint(), 'truncated'],
    ['a null where a string must be', 'ffff', (r: Reader) => r.string(false), 'malformed'],
    ['a compact string of 32768 bytes', '818002', (r: Reader) => r.string(true), 'malformed'],
    ['a string of length -2', 'fffe', (r: Reader) => r.nullableString(false), 'malformed'],
    ['more elements than bytes', '0000000100', (r: Reader) => r.count(false, 8), 'truncated'],
    ['fewer elements than none', 'fffffffe', (r: Reader) => r.nullableCount(false, 8), 'malformed'],
    ['a tag longer than announced', '0102', (r: Reader) => r.sized(1, (c) => c.int16()), 'malformed'],
    ['bytes left over', '00', (r: Reader) => r.expectEnd(), 'trailing-bytes'],
  ])('are refused: %s', (_, text, read, code) => {
    expect(codeOf(() => read(new Reader(bytesOfHex(text))))).toBe(code);
  });

  it('are never looked for outside the given range', () => {
    const reader = new Reader(bytesOfHex('0102030405'), 1, 3);
    expect(reader.int16()).toBe(0x0203);
    expect(codeOf(() => reader.int8())).toBe('truncated');
    expect(codeOf(() => new Reader(new Uint8Array(4), 2, 5))).toBe('truncated');
  });
});

describe('a writer', () => {
  it.each([
    ['int8', 128],
    ['int16', 32768],
    ['uint16', -1],
    ['int32', 2 ** 31],
    ['uint32', 2 ** 32],
    ['uvarint', -1],
    ['varint', 2 ** 31],
    ['varlong', 2 ** 53],
    ['int8', 0.5],
    ['int32', Number.NaN],
  ] as const)('refuses to wrap around: %s of %d', (type, value) => {
    expect(codeOf(() => written((writer) => writer[type](value)))).toBe('unencodable');
  });

  it.each([true, false])("refuses a string beyond Kafka's 32767 bytes (compact: %s)", (flexible) => {
    const longest = written((writer) => writer.string('x'.repeat(32767), flexible));
    expect(new Reader(longest).string(flexible)).toHaveLength(32767);
    expect(codeOf(() => written((writer) => writer.string('x'.repeat(32768), flexible)))).toBe('unencodable');
  });

  it('hands on large arrays as they are and keeps the order', () => {
    const large = new Uint8Array(100).fill(7);
    const writer = new Writer({ capacity: 4, gatherFrom: 100 });
    writer.int32(1);
    writer.raw(large);
    writer.int32(2);
    writer.raw(new Uint8Array(99).fill(8));
    expect(writer.length).toBe(207);
    const parts = writer.parts();
    expect(parts).toContain(large);
    expect(hexOf(Buffer.concat(parts))).toBe(`00000001${'07'.repeat(100)}00000002${'08'.repeat(99)}`);
  });
});
