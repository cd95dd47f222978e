import { expect, it } from 'vitest';
import { valueTicks } from './line-chart.tsx';

const ticksUpTo = (most: number) => valueTicks([{ at: 0, values: { lag: most } }]);

it.each([
  [582, [0, 200, 400, 600]],
  [7, [0, 2, 4, 6, 8]],
  [1_500_000, [0, 500_000, 1_000_000, 1_500_000]],
  [99, [0, 20, 40, 60, 80, 100]],
])('a chart up to %d has round ticks that reach over it', (most, ticks) => {
  expect(ticksUpTo(most)).toEqual(ticks);
});

it('a chart of nothing but zero still has a scale of whole records', () => {
  expect(ticksUpTo(0)).toEqual([0, 1, 2, 3, 4]);
  expect(valueTicks([{ at: 0, values: { lag: null } }])).toEqual([0, 1, 2, 3, 4]);
});
