import type { ReactNode } from 'react';
import styles from './status-badge.module.css';

/** How bad a state is. Told by shape, word and colour together, never by colour alone. */
export type Tone = 'ok' | 'warn' | 'critical' | 'unknown';

export interface StatusBadgeProps {
  tone: Tone;
  /** The word for the state, such as `STALL` or `Stable`. */
  children: ReactNode;
  /** `plain` leaves the coloured ground away, for use inside text and dense tables. */
  look?: 'filled' | 'plain';
}

/** A state as shape, word and colour: ● good, ▲ warning, ■ critical, ◇ unknown or stale. */
export function StatusBadge({ tone, children, look = 'filled' }: StatusBadgeProps): ReactNode {
  return (
    <span className={`${styles.badge} ${styles[tone]}`} data-tone={tone} data-look={look}>
      <StatusShape tone={tone} />
      {children}
    </span>
  );
}

/** The shape of a tone without its word; give the word beside it. */
export function StatusShape({ tone }: { tone: Tone }): ReactNode {
  return (
    <svg
      className={`${styles.shape} ${styles[tone]}`}
      viewBox="0 0 10 10"
      aria-hidden="true"
      focusable="false"
    >
      <path d={shapes[tone]} />
    </svg>
  );
}

const shapes: Record<Tone, string> = {
  ok: 'M5 1a4 4 0 1 0 0 8 4 4 0 0 0 0-8Z',
  warn: 'M5 .8 9.5 9H.5Z',
  critical: 'M1.2 1.2h7.6v7.6H1.2Z',
  unknown: 'M5 .5 9.5 5 5 9.5.5 5ZM5 2.6 2.6 5 5 7.4 7.4 5Z',
};
