import { describe, expect, it } from 'vitest';
import { sparklinePath } from './sparkline.tsx';

describe('the path of a sparkline', () => {
  it('lifts the pen over what was not measured', () => {
    expect(sparklinePath([1, 1, null, 1, 1]).match(/M/g)).toHaveLength(2);
  });

  it('shows a measurement between two gaps as a dot', () => {
    expect(sparklinePath([null, 5, null])).toMatch(/^M[\d. ]+h\.01$/);
  });

  it('draws zero on the base line and the maximum at the top', () => {
    expect(sparklinePath([0, 10])).toBe('M1 20.5L95 2.5');
  });

  it('is empty without measurements', () => {
    expect(sparklinePath([])).toBe('');
    expect(sparklinePath([null, null])).toBe('');
  });
});
