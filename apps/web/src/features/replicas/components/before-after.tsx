import type { ReactNode } from 'react';
import styles from './dialogs.module.css';

/** `12 → 8`, the new number stressed where it differs. */
export function BeforeAfter({ before, after }: { before: number; after: number }): ReactNode {
  if (before === after) return <data value={after}>{after.toLocaleString('en')}</data>;
  return (
    <span className={styles.change}>
      {before.toLocaleString('en')} → <strong>{after.toLocaleString('en')}</strong>
    </span>
  );
}
