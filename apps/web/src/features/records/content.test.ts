import { expect, it } from 'vitest';
import { bytesOf, prettyText, previewOf } from './content.ts';

const text = (encoding: 'utf8' | 'json', value: string, truncated = false) => ({
  encoding,
  text: value,
  sizeBytes: new TextEncoder().encode(value).length,
  truncated,
});
const bytes = (values: readonly number[]) => ({
  encoding: 'base64' as const,
  text: btoa(String.fromCharCode(...values)),
  sizeBytes: values.length,
  truncated: false,
});

it('every digit of a number in JSON is kept', () => {
  const value = text('json', '{"id":9223372036854775807,"price":1.10,"big":1e400}');
  expect(prettyText(value)).toBe('{\n  "id": 9223372036854775807,\n  "price": 1.10,\n  "big": 1e400\n}');
});

it('null, an empty string and bytes are three different things', () => {
  expect(previewOf({ encoding: 'null' })).toEqual({ kind: 'null' });
  expect(previewOf(text('utf8', ''))).toEqual({ kind: 'empty' });
  expect(previewOf(bytes([0, 255]))).toEqual({ kind: 'binary', text: '00 ff' });
  expect(previewOf(text('utf8', 'null'))).toEqual({ kind: 'text', text: 'null' });
});

it('a preview is one line and short', () => {
  expect(previewOf(text('utf8', 'a\n  b'))).toEqual({ kind: 'text', text: 'a b' });
  expect(previewOf(text('utf8', 'x'.repeat(5000)))).toMatchObject({ text: 'x'.repeat(200) });
});

it('JSON that was cut is shown as it came', () => {
  expect(prettyText(text('json', '{"a":[1,2', true))).toBe('{"a":[1,2');
});

it('bytes are shown sixteen to a line', () => {
  expect(prettyText(bytes([...Array(17).keys()]))).toBe(
    '00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f\n10',
  );
});

it('a value is saved byte for byte, whatever it is shown as', () => {
  expect(bytesOf(bytes([0, 255, 10]))).toEqual(Uint8Array.of(0, 255, 10));
  expect(bytesOf(text('json', '{"a":1.50}'))).toEqual(new TextEncoder().encode('{"a":1.50}'));
  expect(bytesOf({ encoding: 'null' })).toBeNull();
});
