import type { ReactNode } from 'react';
import styles from './notice.module.css';
import { StatusShape, type Tone } from './status-badge.tsx';

/** A sentence across the page about a state that lasts: what is the matter, and what happens next. */
export function Notice({ tone, children }: { tone: Tone; children: ReactNode }): ReactNode {
  return (
    <div className={styles.notice} data-tone={tone} role={tone === 'critical' ? 'alert' : 'status'}>
      <StatusShape tone={tone} />
      <div className={styles.text}>{children}</div>
    </div>
  );
}
