import type { ReactNode } from 'react';
import styles from './empty-state.module.css';
import { ThreadLine } from './thread-line.tsx';

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
      <span className={styles.thread}>
        <ThreadLine state="loose" />
      </span>
      <h2 className={styles.title}>{title}</h2>
      <div className={styles.why}>{children}</div>
      {action && <div className={styles.action}>{action}</div>}
    </div>
  );
}
