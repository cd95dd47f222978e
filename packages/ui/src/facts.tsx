import type { ReactNode } from 'react';
import styles from './facts.module.css';

export interface Fact {
  term: string;
  value: ReactNode;
  /** A further line under the value. */
  note?: ReactNode;
}

/** Terms and values in a row of cells that wraps; the first glance at a thing. */
export function Facts({ label, facts }: { label: string; facts: readonly Fact[] }): ReactNode {
  return (
    <dl className={styles.facts} aria-label={label}>
      {facts.map((fact) => (
        <div key={fact.term} className={styles.fact}>
          <dt className={styles.term}>{fact.term}</dt>
          <dd className={styles.value}>{fact.value}</dd>
          {fact.note && <dd className={styles.note}>{fact.note}</dd>}
        </div>
      ))}
    </dl>
  );
}
