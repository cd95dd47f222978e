import type { ReactNode } from 'react';
import styles from './progress.module.css';

export interface ProgressProps {
  label: string;
  /** From 0 to 1; null while it is not known how far it is. */
  share: number | null;
  /** Beside the bar, in figures. */
  children?: ReactNode;
}

/** How far something is that takes longer than a moment. */
export function Progress({ label, share, children }: ProgressProps): ReactNode {
  const percent = share === null ? null : Math.round(Math.min(1, Math.max(0, share)) * 100);
  return (
    <div className={styles.progress}>
      <progress
        className={styles.bar}
        aria-label={label}
        max={100}
        {...(percent !== null && { value: percent })}
      />
      <span className={styles.figures}>{children ?? (percent === null ? '' : `${percent} %`)}</span>
    </div>
  );
}
