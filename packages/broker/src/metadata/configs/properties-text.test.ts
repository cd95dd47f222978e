import { expect, test } from 'vitest';
import { parseProperties } from './properties-text.ts';

test("reads what java.util.Properties reads, with each entry's first line", () => {
  const text = [
    '# comment',
    '  ! another',
    'a=1',
    '  b : two words  ',
    'c three',
    'd',
    '',
    'long=x,\\',
    '     y',
    'e\\=f=g\\u0041\\tend',
    'trail=back\\\\',
  ].join('\r\n');
  expect(parseProperties(text)).toEqual([
    { key: 'a', value: '1', line: 3 },
    { key: 'b', value: 'two words  ', line: 4 },
    { key: 'c', value: 'three', line: 5 },
    { key: 'd', value: '', line: 6 },
    { key: 'long', value: 'x,y', line: 8 },
    { key: 'e=f', value: 'gA\tend', line: 10 },
    { key: 'trail', value: 'back\\', line: 11 },
  ]);
});
