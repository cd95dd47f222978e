import { type ReactNode, useEffect, useState } from 'react';
import styles from './skeleton.module.css';
import { VisuallyHidden } from './visually-hidden.tsx';

export interface SkeletonProps {
  /** What is being loaded, for assistive technology. */
  label: string;
  /** Rows of the final height, so that nothing moves when the content comes. */
  rows?: number;
  /** A wait shorter than this shows nothing at all. */
  delayMs?: number;
}

const rowHeightPx = 32;

/** Holds the place of rows that are on their way; appears only when the wait is long enough to notice. */
export function Skeleton({ label, rows = 6, delayMs = 200 }: SkeletonProps): ReactNode {
  const [visible, setVisible] = useState(delayMs === 0);
  useEffect(() => {
    const timer = setTimeout(() => setVisible(true), delayMs);
    return () => clearTimeout(timer);
  }, [delayMs]);
  return (
    <div className={styles.skeleton} role="status" aria-busy="true" data-visible={visible}>
      <VisuallyHidden>{visible && `Loading ${label}`}</VisuallyHidden>
      <div className={styles.rows} style={{ height: rows * rowHeightPx }} />
    </div>
  );
}
