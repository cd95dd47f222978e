import type { ReactNode } from 'react';
import styles from './thread-line.module.css';

/** The console's small picture: a thread that runs smoothly, hangs loose, or is in a tangle. Decoration. */
export function ThreadLine({ state }: { state: keyof typeof paths }): ReactNode {
  return (
    <svg className={styles.thread} viewBox="0 0 160 32" aria-hidden="true" focusable="false">
      <path d={paths[state]} />
    </svg>
  );
}

const paths = {
  smooth: 'M0 16h160',
  loose: 'M0 16c18 0 20-9 34-9s16 18 32 18 20-16 34-16 14 13 28 13 18-6 32-6',
  tangled:
    'M0 16h36c16 0 22-12 34-10s8 22-4 20-8-22 10-20 26 22 14 22-14-18 0-22 24 8 18 16-22 2-16-8 22-6 32-2 12 4 20 4h16',
};
