import { type ReactNode, useEffect, useRef } from 'react';
import styles from './page-header.module.css';

export interface PageHeaderProps {
  title: string;
  /** Written in the face of identifiers, as topic and group names are. */
  identifier?: boolean;
  /** The way back up: links, outermost first. */
  trail?: ReactNode;
  /** States beside the title. */
  badges?: ReactNode;
  /** Acts on the whole page. */
  actions?: ReactNode;
}

/** The name of the page. Takes focus when the page opens, so that assistive technology reads where it is. */
export function PageHeader({
  title,
  identifier = false,
  trail,
  badges,
  actions,
}: PageHeaderProps): ReactNode {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Odradek`;
    heading.current?.focus({ preventScroll: true });
  }, [title]);
  return (
    <header className={styles.header}>
      {trail && (
        <nav aria-label="Breadcrumb" className={styles.trail}>
          {trail}
        </nav>
      )}
      <div className={styles.row}>
        <h1 ref={heading} tabIndex={-1} className={identifier ? styles.identifier : styles.title}>
          {title}
        </h1>
        {badges && <div className={styles.badges}>{badges}</div>}
        {actions && <div className={styles.actions}>{actions}</div>}
      </div>
    </header>
  );
}
