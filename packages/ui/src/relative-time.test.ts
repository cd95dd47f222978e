import { expect, it } from 'vitest';
import { exactTime, formatAge } from './relative-time.tsx';

it.each([
  [-5, '0 s'],
  [999, '0 s'],
  [59_999, '59 s'],
  [60_000, '1 min'],
  [3_599_999, '59 min'],
  [7_200_000, '2 h'],
  [3 * 86_400_000, '3 d'],
])('an age of %d ms reads %s', (age, text) => {
  expect(formatAge(age)).toBe(text);
});

it('an exact time names its milliseconds and its time zone', () => {
  expect(exactTime(Date.UTC(2026, 10, 21, 8, 5, 9, 7))).toMatch(
    /^2026-11-2\d \d\d:\d5:09\.007 UTC[+−]\d\d:\d\d$/,
  );
});
