import { describe, expect, it } from 'vitest';
import { demoLoop, phaseAt } from './demo-phases.ts';

describe('the demo', () => {
  it('loops in two minutes', () => {
    expect(demoLoop.reduce((sum, { lastsMs }) => sum + lastsMs, 0)).toBe(120_000);
  });

  it.each([
    [0, 'keeping-up'],
    [29_999, 'keeping-up'],
    [30_000, 'falling-behind'],
    [65_000, 'stopped'],
    [95_000, 'recovering'],
    [119_999, 'recovering'],
    [120_000, 'keeping-up'],
    [275_000, 'falling-behind'],
  ])('at %i ms is %s', (elapsedMs, phase) => {
    expect(phaseAt(elapsedMs).phase).toBe(phase);
  });
});
