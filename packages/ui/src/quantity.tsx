import type { ReactNode } from 'react';
import styles from './quantity.module.css';
import { Tooltip } from './tooltip.tsx';
import { VisuallyHidden } from './visually-hidden.tsx';

export interface QuantityProps {
  /** Null is shown as an en dash: no value is not zero. */
  value: number | null;
  /** What is counted; `bytes` uses powers of 1024. */
  unit?: 'count' | 'bytes' | 'per-second';
  /** Never abbreviated: an offset names a place, it is not an amount. */
  exactly?: boolean;
  /** Said in place of the dash to assistive technology and on hover. */
  absent?: string;
}

/**
 * A number that fits a table cell: exact up to 99,999, abbreviated above. The exact figure shows on hover and
 * focus, is what assistive technology reads, and is what a copy of the text contains.
 */
export function Quantity({
  value,
  unit = 'count',
  exactly = false,
  absent = 'not known',
}: QuantityProps): ReactNode {
  if (value === null) {
    return (
      <span className={styles.absent} title={absent}>
        <span aria-hidden="true">–</span>
        <VisuallyHidden>{absent}</VisuallyHidden>
      </span>
    );
  }
  const exact = formatExact(value, unit);
  const short = formatShort(value, unit);
  if (exactly || exact === short) {
    return (
      <data className={styles.exact} value={value}>
        {exact}
      </data>
    );
  }
  return (
    <Tooltip text={exact}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the exact figure must be reachable without a mouse */}
      <data className={styles.short} value={value} data-short={short} tabIndex={0}>
        <VisuallyHidden>{exact}</VisuallyHidden>
      </data>
    </Tooltip>
  );
}

export function formatExact(value: number, unit: QuantityProps['unit'] = 'count'): string {
  if (unit === 'bytes') return `${grouped.format(value)} B`;
  if (unit === 'per-second')
    return `${value < 100 ? oneDigit.format(value) : grouped.format(Math.round(value))}/s`;
  return grouped.format(value);
}

export function formatShort(value: number, unit: QuantityProps['unit'] = 'count'): string {
  if (unit === 'bytes') return scaled(value, 1024, [' B', ' KiB', ' MiB', ' GiB', ' TiB', ' PiB']);
  if (Math.abs(value) < 100_000) return formatExact(value, unit);
  return `${scaled(value, 1000, ['', ' k', ' M', ' G', ' T', ' P'])}${unit === 'per-second' ? '/s' : ''}`;
}

const grouped = new Intl.NumberFormat('en', { maximumFractionDigits: 3 });
const oneDigit = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

function scaled(value: number, base: number, suffixes: readonly string[]): string {
  let rest = value;
  let power = 0;
  while (Math.abs(rest) >= base && power < suffixes.length - 1) {
    rest /= base;
    power += 1;
  }
  const digits = power === 0 || Math.abs(rest) >= 100 ? Math.round(rest) : Math.round(rest * 10) / 10;
  return `${digits}${suffixes[power] ?? ''}`;
}
