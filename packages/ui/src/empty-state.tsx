import type { ReactNode } from 'react';
import styles from './empty-state.module.css';

export interface EmptyStateProps {
  /** What is not there: "No topics yet". */
  title: string;
  /** Why it is empty, and what would fill it. */
  children: ReactNode;
  /** The one next act. */
  action?: ReactNode;
}

/** Stands where rows would stand: what this place is, why it is empty, and one next act. */
export function EmptyState({ title, children, action }: EmptyStateProps): ReactNode {
  return (
    <div className={styles.empty}>
      <svg className={styles.thread} viewBox="0 0 120 24" aria-hidden="true" focusable="false">
        <path d="M0 12c14 0 16-8 27-8s12 16 25 16S65 6 76 6s10 12 20 12 12-6 24-6" />
      </svg>
      <h3 className={styles.title}>{title}</h3>
      <div className={styles.why}>{children}</div>
      {action && <div className={styles.action}>{action}</div>}
    </div>
  );
}
