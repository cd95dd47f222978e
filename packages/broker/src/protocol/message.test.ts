import { describe, expect, expectTypeOf, it } from 'vitest';
import { bytesOfHex, hexOf } from '../../test/captured-lines.ts';
import { codec } from './codec.ts';
import { array, bytes, int32, int64, records, string, struct } from './fields.ts';
import {
  type Decoded,
  decodeMessage,
  type Encodable,
  encodeMessage,
  type MessageDeclaration,
  message,
} from './message.ts';
import { messages } from './message-registry.ts';
import { ProtocolError } from './protocol-error.ts';
import { Reader } from './reader.ts';
import { Writer } from './writer.ts';

const example = message({
  name: 'Example',
  type: 'data',
  validVersions: '0-3',
  flexibleVersions: '2+',
  fields: {
    name: string('0+'),
    comment: string('1+', { nullable: '1+', default: null }),
    epoch: int32('1+', { default: -1, ignorable: true }),
    items: array('0+', { id: int64('0+'), note: string('2+', { tag: 0 }) }, { nullable: '1+' }),
    batch: records('0+', { nullable: '0+' }),
    leader: struct('2+', { id: int32('2+', { default: -1 }), host: string('2+') }, { tag: 1 }),
    late: bytes('2+', { tag: 0, tagged: '3+' }),
  },
});

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
  return 'no error';
}

function decode(hex: string, version: number): Decoded<typeof example> {
  return decodeMessage(example, new Reader(bytesOfHex(hex)), version);
}

describe('the types of a message', () => {
  it('follow from its declaration', () => {
    expectTypeOf<Decoded<typeof example>>().toEqualTypeOf<{
      readonly name: string;
      readonly comment: string | null;
      readonly epoch: number;
      readonly items: readonly { readonly id: number; readonly note: string }[] | null;
      readonly batch: Uint8Array | null;
      readonly leader: { readonly id: number; readonly host: string };
      readonly late: Uint8Array;
    }>();
    expectTypeOf<Encodable<typeof example>['batch']>().toEqualTypeOf<
      Uint8Array | readonly Uint8Array[] | null | undefined
    >();
    expectTypeOf(codec('FetchRequest').decode).returns.toHaveProperty('maxWaitMs').toEqualTypeOf<number>();
  });
});

describe('a message', () => {
  it('is encoded with the default of every field that is left out', () => {
    expect(hexOf(encodeMessage(example, {}, 0))).toBe('0000' + '00000000' + '00000000');
    expect(hexOf(encodeMessage(example, {}, 2))).toBe('01' + '00' + 'ffffffff' + '01' + '01' + '01' + '00');
    expect(hexOf(encodeMessage(example, {}, 3))).toBe('01' + '00' + 'ffffffff' + '01' + '01' + '00');
  });

  it('is decoded with every field, those that the version lacks at their defaults', () => {
    expect(decode('0001' + '61' + '00000001' + '0000000000000005' + 'ffffffff', 0)).toEqual({
      name: 'a',
      comment: null,
      epoch: -1,
      items: [{ id: 5, note: '' }],
      batch: null,
      leader: { id: -1, host: '' },
      late: new Uint8Array(0),
    });
  });

  it('has its tagged fields in the order of their tags, and only those not at their defaults', () => {
    const value = { leader: { host: 'h' }, late: new Uint8Array([9]), items: [{ id: 1, note: 'n' }] };
    const hex = hexOf(encodeMessage(example, value, 3));
    const item = '0000000000000001' + '01' + '00' + '02' + '026e';
    const tags = '02' + '00' + '02' + '0209' + '01' + '07' + 'ffffffff' + '0268' + '00';
    expect(hex).toBe(`0100ffffffff02${item}01${tags}`);
    expect(decode(hex, 3)).toMatchObject({ ...value, leader: { id: -1, host: 'h' } });
  });

  it('skips tagged fields that it does not know', () => {
    const unknown = '02' + '09' + '03' + 'aabbcc' + '7f' + '00';
    expect(decode(`0100000000000101${unknown}`, 3)).toMatchObject({ name: '', epoch: 0 });
  });

  it('takes records in several arrays', () => {
    const parts = [new Uint8Array([1, 2]), new Uint8Array([3])];
    const encoded = encodeMessage(example, { batch: parts }, 0);
    expect(decodeMessage(example, new Reader(encoded), 0).batch).toEqual(new Uint8Array([1, 2, 3]));
  });
});

describe('a value that cannot be encoded is refused', () => {
  it.each([
    ['a field that the version lacks and must not lose', { comment: 'x' }, 0, 'comment'],
    ['null where the version has no null', { items: null }, 0, 'items'],
    ['a number that does not fit', { epoch: 2 ** 31 }, 1, 'int32'],
  ])('%s', (_, value, version, named) => {
    expect(() => encodeMessage(example, value, version)).toThrow(named);
    expect(codeOf(() => encodeMessage(example, value, version))).toBe('unencodable');
  });

  it('but what is ignorable is left away', () => {
    expect(hexOf(encodeMessage(example, { epoch: 5 }, 0))).toBe('00000000000000000000');
  });

  it.each([
    ['name', 5],
    ['items', {}],
    ['items', [5]],
    ['batch', 'text'],
    ['leader', null],
    ['epoch', '5'],
  ])('a %s of %j', (name, wrong) => {
    const value: Record<string, unknown> = { [name]: wrong };
    expect(codeOf(() => example.codecAt(3).encode(new Writer(), value))).toBe('unencodable');
  });
});

describe('bytes that are no message are refused', () => {
  it.each([
    ['an array larger than the bytes could hold', '0000' + '7fffffff', 0, 'truncated'],
    ['a null array where the version has no null', '0000' + 'ffffffff', 0, 'malformed'],
    ['a null string', 'ffff', 0, 'malformed'],
    ['a tagged field of another length', '01000000000001010100' + '05' + '0209', 3, 'malformed'],
    ['more tagged fields than bytes', '010000000000' + '0101' + 'ffffffff0f', 3, 'truncated'],
  ])('%s', (_, hex, version, code) => {
    expect(codeOf(() => decode(hex, version))).toBe(code);
  });
});

describe('int64 beyond ±2^53 (design decision 14)', () => {
  const LONG_MAX = 2 ** 63;
  const noticed = <D extends MessageDeclaration>(declaration: D, value: Encodable<D>, version: number) => {
    const reader = new Reader(encodeMessage(declaration, value, version));
    decodeMessage(declaration, reader, version);
    return reader.sawUnsafeInt64;
  };

  it.each([LONG_MAX, -LONG_MAX, 2 ** 53])('%d is noticed in an offset to be committed', (committedOffset) => {
    const topics = [{ name: 'orders', partitions: [{ committedOffset }] }];
    expect(noticed(messages.OffsetCommitRequest, { topics }, 8)).toBe(true);
  });

  it.each([LONG_MAX, -LONG_MAX, 2 ** 53])('%d saturates in the timestamp of ListOffsets', (timestamp) => {
    const topics = [{ name: 'orders', partitions: [{ timestamp }] }];
    expect(noticed(messages.ListOffsetsRequest, { topics }, 7)).toBe(false);
  });

  it.each([LONG_MAX, -LONG_MAX, 2 ** 53])('%d is noticed in the offset of a fetch', (fetchOffset) => {
    const topics = [{ topic: 'orders', partitions: [{ fetchOffset }] }];
    expect(noticed(messages.FetchRequest, { topics }, 11)).toBe(true);
  });
});

describe('an array', () => {
  it('that announces more elements than the bytes can hold is refused before anything is allocated', () => {
    expect(() => decode('0000' + '00000002' + '0000000000000001', 0)).toThrow('2 elements in 8 bytes');
    expect(() => decode('01' + '00' + '00000000' + '03' + '0000000000000001' + '00', 2)).toThrow(
      '2 elements',
    );
  });
});

describe('codec', () => {
  it('knows the versions of a message', () => {
    for (const version of [-1, 14, 1.5, Number.NaN]) {
      expect(codeOf(() => codec('MetadataRequest').encode({}, version))).toBe('unsupported-version');
      expect(codeOf(() => codec('MetadataRequest').decode(new Uint8Array(9), version))).toBe(
        'unsupported-version',
      );
    }
  });

  it('refuses bytes behind the message', () => {
    const encoded = codec('HeartbeatResponse').encode({}, 0);
    expect(codeOf(() => codec('HeartbeatResponse').decode(new Uint8Array([...encoded, 0]), 0))).toBe(
      'trailing-bytes',
    );
  });

  it('refuses every message that is cut off', () => {
    const encoded = codec('MetadataResponse').encode({ brokers: [{ host: 'localhost', port: 9092 }] }, 12);
    for (let length = 0; length < encoded.length; length++) {
      expect(codeOf(() => codec('MetadataResponse').decode(encoded.subarray(0, length), 12))).toBe(
        'truncated',
      );
    }
  });

  it('refuses the name of no message', () => {
    // The name may come from outside, where no compiler sees it.
    const name: string = 'toString';
    expect(codeOf(() => codec(name as 'MetadataRequest'))).toBe('unknown-message');
  });

  it('knows each message by the name that it declares', () => {
    for (const [name, declaration] of Object.entries(messages)) expect(declaration.name).toBe(name);
  });
});
