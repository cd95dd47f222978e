import type { ReactNode } from 'react';
import styles from './sparkline.module.css';

export interface SparklineProps {
  /** Evenly spaced, oldest first; null where nothing was measured. */
  values: readonly (number | null)[];
  /** What the line shows, in words, for assistive technology. */
  label: string;
}

const widthPx = 96;
const heightPx = 22;

/** A line without axes for a table cell, drawn from zero to its own maximum. Gaps stay gaps. */
export function Sparkline({ values, label }: SparklineProps): ReactNode {
  return (
    <svg className={styles.sparkline} viewBox={`0 0 ${widthPx} ${heightPx}`} role="img" aria-label={label}>
      <path className={styles.base} d={`M0 ${heightPx - 1.5}H${widthPx}`} />
      <path className={styles.line} d={sparklinePath(values)} />
    </svg>
  );
}

/** The path of the line; a value between two gaps becomes a dot. */
export function sparklinePath(values: readonly (number | null)[]): string {
  const most = Math.max(1, ...values.filter((value) => value !== null));
  const step = values.length > 1 ? (widthPx - 2) / (values.length - 1) : 0;
  const parts: string[] = [];
  values.forEach((value, index) => {
    if (value === null) return;
    const point = `${round(1 + index * step)} ${round(heightPx - 1.5 - (value / most) * (heightPx - 4))}`;
    const joins = index > 0 && values[index - 1] !== null;
    const alone = !joins && (values[index + 1] ?? null) === null;
    parts.push(joins ? `L${point}` : `M${point}${alone ? 'h.01' : ''}`);
  });
  return parts.join('');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
