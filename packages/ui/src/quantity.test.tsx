import { render, screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { formatShort, Quantity } from './quantity.tsx';

describe('an abbreviation', () => {
  it.each([
    [0, '0'],
    [99_999, '99,999'],
    [100_000, '100 k'],
    [1_234_567, '1.2 M'],
    [999_999_999, '1000 M'],
    [-250_000, '-250 k'],
  ])('of %d records is %s', (value, text) => {
    expect(formatShort(value)).toBe(text);
  });

  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1536, '1.5 KiB'],
    [5 * 1024 ** 3, '5 GiB'],
  ])('of %d bytes is %s', (value, text) => {
    expect(formatShort(value, 'bytes')).toBe(text);
  });

  it('of a rate keeps one digit where rates are small', () => {
    expect(formatShort(0.25, 'per-second')).toBe('0.3/s');
    expect(formatShort(843.2, 'per-second')).toBe('843/s');
    expect(formatShort(2_500_000, 'per-second')).toBe('2.5 M/s');
  });
});

describe('a quantity', () => {
  it('holds the exact figure as its text, so that a copy is exact', () => {
    render(<Quantity value={1_234_567} />);
    const figure = screen.getByText('1,234,567').closest('data');
    expect(figure?.textContent).toBe('1,234,567');
    expect(figure?.dataset.short).toBe('1.2 M');
    expect(figure?.tabIndex).toBe(0);
  });

  it('is no stop for the Tab key when there is nothing more to show', () => {
    render(<Quantity value={42} />);
    expect(screen.getByText('42').tabIndex).toBe(-1);
  });

  it('of an offset is never abbreviated', () => {
    render(<Quantity value={987_654_321} exactly />);
    expect(screen.getByText('987,654,321').dataset.short).toBeUndefined();
  });

  it('that is not there is a dash with its reason, not a zero', () => {
    const { container } = render(<Quantity value={null} absent="never committed" />);
    expect(container.textContent).toBe('–never committed');
  });
});
