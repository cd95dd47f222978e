import { expect, it } from 'vitest';
import { recordJson, recordText, type ShownRecord } from './record-line.ts';

const record: ShownRecord = {
  topic: 'orders',
  partition: 0,
  offset: 7n,
  timestampMs: 1000n,
  key: Buffer.from([0xff, 0xfe]),
  value: null,
  headers: [[Buffer.from('empty'), null]],
};

it('keeps bytes that are no text, and tells null from empty', () => {
  expect(recordJson(record)).toMatchObject({
    key: { base64: '//4=' },
    value: null,
    headers: [{ name: 'empty', value: null }],
  });
  expect(recordJson({ ...record, value: Buffer.alloc(0) })).toMatchObject({ value: '' });
});

it('shows a tombstone as an empty line, and the key before a tab', () => {
  expect(recordText({ ...record, key: Buffer.from('k') }, true)).toBe('k\t');
  expect(recordText({ ...record, value: Buffer.from('v') }, false)).toBe('v');
});
