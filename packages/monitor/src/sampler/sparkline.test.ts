import { expect, it } from 'vitest';
import { SPARKLINE_STEP_MS, SPARKLINE_STEPS, Sparkline } from './sparkline.ts';

it('a sparkline keeps the last value of each step, gaps as gaps, and nothing older than its steps', () => {
  const sparkline = new Sparkline();
  const start = SPARKLINE_STEP_MS * 1_000;
  sparkline.record(start, 1);
  sparkline.record(start + 1_000, 2);
  sparkline.record(start + 2 * SPARKLINE_STEP_MS, 3);
  expect(sparkline.values(start + 2 * SPARKLINE_STEP_MS).slice(-3)).toEqual([2, null, 3]);
  const later = start + SPARKLINE_STEPS * SPARKLINE_STEP_MS;
  sparkline.record(later, 4);
  expect(sparkline.values(later)).toHaveLength(SPARKLINE_STEPS);
  expect(sparkline.values(later)[1]).toBe(3);
  expect(sparkline.values(later).filter((value) => value !== null)).toEqual([3, 4]);
});
