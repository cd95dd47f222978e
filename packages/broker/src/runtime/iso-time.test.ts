import { expect, test } from 'vitest';
import { isoTime } from './iso-time.ts';

test('the time is told as by a Date: each day of four hundred years, and moments within days', () => {
  const from = Date.UTC(1799, 11, 31);
  for (let day = 0; day < 146_100; day++) {
    // Another moment of each day, the last millisecond of some.
    const moment = from + day * 86_400_000 + ((day * 7_654_321 + 86_399_999) % 86_400_000);
    if (isoTime(moment) !== new Date(moment).toISOString()) {
      expect(isoTime(moment)).toBe(new Date(moment).toISOString());
    }
  }
});

test.each([
  0, -1, 1, 951_782_400_000, 951_868_799_999, 4_107_542_400_000, 253_402_300_799_999, -62_167_219_200_000,
])('the time is told as by a Date at the edge %d', (moment) => {
  expect(isoTime(moment)).toBe(new Date(moment).toISOString());
});
