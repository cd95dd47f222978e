import type { ReactNode } from 'react';
import styles from './app-shell.module.css';
import { Icon, type IconName } from './icon.tsx';
import { SpoolMark } from './spool-mark.tsx';

export interface AppShellProps {
  /** Which cluster the pages are about, and the way to another. */
  cluster: ReactNode;
  /** The way to anything by its name. */
  finder: ReactNode;
  /** Each a link with a `NavigationLabel` inside; the current one carries `aria-current="page"`. */
  navigation: readonly { id: string; link: ReactNode }[];
  /** Whether values arrive, at the foot of the side. */
  status: ReactNode;
  /** Something that concerns every page, above it. */
  notice?: ReactNode;
  children: ReactNode;
}

/** The frame of every page: a side on wide screens, a bar at the foot on phones. */
export function AppShell({
  cluster,
  finder,
  navigation,
  status,
  notice,
  children,
}: AppShellProps): ReactNode {
  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#content">
        Skip to content
      </a>
      <aside className={styles.side} data-theme="dark">
        <div className={styles.brand}>
          <SpoolMark />
          <span className={styles.name}>Odradek</span>
        </div>
        <div>{cluster}</div>
        <div className={styles.finder}>{finder}</div>
        <nav className={styles.navigation} aria-label="Main">
          <ul className={styles.links}>
            {navigation.map(({ id, link }) => (
              <li key={id}>{link}</li>
            ))}
          </ul>
        </nav>
        <div className={styles.status}>{status}</div>
      </aside>
      <main className={styles.main} id="content" tabIndex={-1}>
        {notice && <div className={styles.notice}>{notice}</div>}
        {children}
      </main>
    </div>
  );
}

/** What stands inside a link of the main navigation. */
export function NavigationLabel({ icon, children }: { icon: IconName; children: ReactNode }): ReactNode {
  return (
    <span className={styles.label}>
      <Icon name={icon} />
      <span>{children}</span>
    </span>
  );
}

/** The sections of one page, under each other with even room between them. */
export function Page({ children }: { children: ReactNode }): ReactNode {
  return <div className={styles.page}>{children}</div>;
}
