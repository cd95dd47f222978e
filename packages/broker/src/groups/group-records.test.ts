import { expect, test } from 'vitest';
import { Reader } from '../protocol/reader.ts';
import { ZERO_UUID } from '../protocol/uuid.ts';
import { newClassicGroup } from './classic/classic-group.ts';
import {
  decodeGroupRecord,
  groupTombstone,
  newGroupRecord,
  offsetRecord,
  offsetTombstone,
} from './group-records.ts';

const key = { groupId: 'g', topic: 't', partition: 7 };
const offset = {
  topicId: ZERO_UUID,
  offset: 42,
  leaderEpoch: 3,
  metadata: 'm',
  committedAtMs: 1_700_000_000_000,
  expiresAtMs: null,
};

test('an offset is written with key version 1 and value version 3, field by field', () => {
  const record = offsetRecord(key, offset);
  expect(hex(record.key)).toBe('0001' + '000167' + '000174' + '00000007');
  expect(hex(record.value)).toBe('0003' + '000000000000002a' + '00000003' + '00016d' + '0000018bcfe56800');
});

test("the id of an offset's topic is in a header, and what is version 3 for others stays as it is", () => {
  const topicId = Buffer.from('0123456789abcdef').toString('base64url');
  const record = offsetRecord(key, { ...offset, topicId });
  expect(record).toMatchObject(offsetRecord(key, offset));
  expect(record.headers).toEqual([
    { key: 'topicId', value: Uint8Array.from(Buffer.from('0123456789abcdef')) },
  ]);
  expect(decodeGroupRecord(record)).toEqual({ kind: 'offset', key, value: { ...offset, topicId } });
  const damaged = { ...record, headers: [{ key: 'topicId', value: Uint8Array.of(1, 2) }] };
  expect(decodeGroupRecord(damaged)).toEqual({ kind: 'offset', key, value: offset });
});

test('an offset as Kafka 4.3 writes it, in version 4, has the id of its topic in the value', () => {
  const id = '000102030405060708090a0b0c0d0e0f';
  const value = `0004${'000000000000002a'}${'00000003'}${'026d'}${'0000018bcfe56800'}01${'0010'}${id}`;
  const record = { ...offsetRecord(key, offset), value: Buffer.from(value, 'hex') };
  const topicId = Buffer.from(id, 'hex').toString('base64url');
  expect(decodeGroupRecord(record)).toEqual({ kind: 'offset', key, value: { ...offset, topicId } });
});

test('an offset with a retention of its own is written in version 1, which has a place for it', () => {
  const record = offsetRecord(key, { ...offset, expiresAtMs: 1_700_000_060_000 });
  expect(new Reader(record.value ?? new Uint8Array(0)).int16()).toBe(1);
  expect(decodeGroupRecord(record)).toEqual({
    kind: 'offset',
    key,
    value: { ...offset, leaderEpoch: -1, expiresAtMs: 1_700_000_060_000 },
  });
});

test('a new group is written with key version 2 and value version 3', () => {
  const record = newGroupRecord(newClassicGroup('g', 1_700_000_000_000));
  expect(hex(record.key)).toBe('0002' + '000167');
  expect(hex(record.value)).toBe(
    '0003' + '0000' + '00000000' + 'ffff' + 'ffff' + '0000018bcfe56800' + '00000000',
  );
});

test('tombstones take keys back', () => {
  expect(decodeGroupRecord(offsetTombstone(key))).toEqual({ kind: 'offset', key, value: null });
  expect(decodeGroupRecord(groupTombstone('g'))).toEqual({
    kind: 'classic-group',
    groupId: 'g',
    value: null,
  });
});

test('an offset under the oldest key is read, and a key of a later kind of group is left alone', () => {
  const legacy = offsetRecord(key, offset);
  legacy.key[1] = 0;
  expect(decodeGroupRecord(legacy)).toMatchObject({ kind: 'offset', key });
  const streamsGroup = { key: Uint8Array.of(0, 17, 0, 1, 0x67), value: Uint8Array.of(0, 0, 0, 0, 0, 1, 0) };
  expect(decodeGroupRecord(streamsGroup)).toEqual({ kind: 'unknown', keyVersion: 17 });
});

function hex(bytes: Uint8Array | null): string {
  return Buffer.from(bytes ?? []).toString('hex');
}
