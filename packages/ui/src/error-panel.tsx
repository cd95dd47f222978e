import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { CopyButton } from './copy-button.tsx';
import styles from './error-panel.module.css';
import { StatusShape } from './status-badge.tsx';

export interface ErrorPanelProps {
  /** What could not be done: "The topics could not be loaded". */
  title: string;
  /** Kafka's or the console's name for the error. */
  name: string;
  /** The cause, in a sentence. */
  cause: string;
  /** What to do about it; left out when nothing is known to help. */
  remedy?: string;
  /** Everything a report would need; behind the copy button. */
  details: string;
  onRetry?: () => void;
}

/** Placed where the content would be, so that one failed call leaves the rest of the page standing. */
export function ErrorPanel({ title, name, cause, remedy, details, onRetry }: ErrorPanelProps): ReactNode {
  return (
    <section className={styles.panel} role="alert">
      <StatusShape tone="critical" />
      <div className={styles.body}>
        <h2 className={styles.title}>{title}</h2>
        <p>
          <code className={styles.name}>{name}</code> {cause}
        </p>
        {remedy && <p className={styles.remedy}>{remedy}</p>}
        <div className={styles.acts}>
          {onRetry && (
            <Button icon="refresh" onClick={onRetry}>
              Try again
            </Button>
          )}
          <CopyButton text={details} what="details" labelled />
        </div>
      </div>
    </section>
  );
}
