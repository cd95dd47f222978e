import type { ReactNode } from 'react';
import { useNow } from './clock.tsx';
import styles from './freshness.module.css';
import { exactTime, formatAge } from './relative-time.tsx';
import { StatusShape } from './status-badge.tsx';

export interface FreshnessProps {
  /** When the values were taken, in ms since the epoch; null before the first time. */
  checkedAt: number | null;
  /** Two missed samples: older values are stale. */
  staleAfterMs: number;
}

/** How old the values beside it are: "checked 3 s ago", or ◇ "42 s old" once they are stale. */
export function StaleMarker({ checkedAt, staleAfterMs }: FreshnessProps): ReactNode {
  const now = useNow();
  if (checkedAt === null) return <span className={styles.marker}>not checked yet</span>;
  const age = now - checkedAt;
  if (age <= staleAfterMs) {
    return (
      <span className={styles.marker} title={exactTime(checkedAt)}>
        {age < 2000 ? 'checked just now' : `checked ${formatAge(age)} ago`}
      </span>
    );
  }
  return (
    <span className={`${styles.marker} ${styles.stale}`} title={`Last checked ${exactTime(checkedAt)}`}>
      <StatusShape tone="unknown" />
      stale: {formatAge(age)} old
    </span>
  );
}

/** Takes the colour out of values that have become stale: grey is never mistaken for good. */
export function Freshness({
  checkedAt,
  staleAfterMs,
  children,
}: FreshnessProps & { children: ReactNode }): ReactNode {
  const now = useNow();
  const stale = checkedAt !== null && now - checkedAt > staleAfterMs;
  return (
    <div className={styles.values} data-stale={stale}>
      {children}
    </div>
  );
}
