import type { ReactNode } from 'react';
import styles from './code-line.module.css';
import { CopyButton } from './copy-button.tsx';

export interface CodeLineProps {
  /** What the line is, shown above it and used to name the copy button. */
  label: string;
  code: string;
}

/** A command or snippet to take away: shown whole, scrolling inside itself when long, with a copy button. */
export function CodeLine({ label, code }: CodeLineProps): ReactNode {
  return (
    <figure className={styles.figure}>
      <figcaption className={styles.label}>{label}</figcaption>
      <div className={styles.line}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
        <pre className={styles.code} tabIndex={0}>
          <code>{code}</code>
        </pre>
        <CopyButton text={code} what={label} />
      </div>
    </figure>
  );
}
