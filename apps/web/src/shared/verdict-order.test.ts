import { expect, it } from 'vitest';
import { urgencyOf, type Verdict } from './verdict-order.ts';

it('a worse verdict outweighs any lag, and lag decides between equal verdicts', () => {
  const rising: [Verdict | null, number | null][] = [
    [null, null],
    [null, 0],
    ['OK', null],
    ['OK', 2 ** 45],
    ['WARN', 0],
    ['WARN', 1],
    ['REWIND', 0],
    ['STALL', 0],
    ['STOP', 0],
    ['ERR', 0],
  ];
  const urgencies = rising.map(([verdict, lag]) => urgencyOf(verdict, lag));
  expect(urgencies).toEqual([...new Set(urgencies)].sort((left, right) => left - right));
});
