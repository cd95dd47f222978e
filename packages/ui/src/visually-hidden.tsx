import type { ReactNode } from 'react';
import styles from './visually-hidden.module.css';

/** Text for assistive technology and for copies, not for the eye. */
export function VisuallyHidden({ children }: { children: ReactNode }): ReactNode {
  return <span className={styles.hidden}>{children}</span>;
}
