import { expect, test } from 'vitest';
import { addressBytes, addressIn } from './address-bytes.ts';

test.each([
  ['127.0.0.1', '127.0.0.1', 4],
  ['::ffff:10.1.2.3', '10.1.2.3', 4],
  ['::1', '0:0:0:0:0:0:0:1', 16],
  ['fe80::1:2%eth0', 'fe80:0:0:0:0:0:1:2', 16],
  ['2001:db8:0:1:2:3:4:5', '2001:db8:0:1:2:3:4:5', 16],
  ['::', '0:0:0:0:0:0:0:0', 16],
  ['no address', '0.0.0.0', 4],
  ['300.1.1.1', '0.0.0.0', 4],
])('%s is sent on as %s', (host, text, length) => {
  const bytes = addressBytes(host);
  expect(bytes).toHaveLength(length);
  expect(addressIn(bytes)).toBe(text);
});

test('other numbers of bytes are no address', () => {
  for (const length of [0, 3, 5, 15, 17]) expect(addressIn(new Uint8Array(length))).toBeNull();
});
