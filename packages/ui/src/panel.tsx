import { type ReactNode, useId } from 'react';
import styles from './panel.module.css';

export interface PanelProps {
  title: string;
  /** Beside the title, at its end: an age, a filter, a button. */
  aside?: ReactNode;
  /** Leaves the padding away, for tables that reach the edges. */
  flush?: boolean;
  children: ReactNode;
}

/** A titled region of a page. */
export function Panel({ title, aside, flush = false, children }: PanelProps): ReactNode {
  const titleId = useId();
  return (
    <section className={styles.panel} aria-labelledby={titleId}>
      <header className={styles.head}>
        <h2 className={styles.title} id={titleId}>
          {title}
        </h2>
        {aside && <div className={styles.aside}>{aside}</div>}
      </header>
      <div className={flush ? styles.flush : styles.body}>{children}</div>
    </section>
  );
}
