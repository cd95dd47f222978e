import type { ReactNode } from 'react';
import styles from './spool-mark.module.css';

/** The product's mark: Kafka's Odradek, a flat star of one wound thread standing on its stick. Decoration. */
export function SpoolMark(): ReactNode {
  return (
    <svg className={styles.mark} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path className={styles.stick} d="M16 15 23.5 29.5" />
      <path className={styles.thread} d={star} />
      <circle className={styles.hub} cx="16" cy="14" r="2" />
    </svg>
  );
}

/** One unbroken line through seven points, three apart, as thread is wound over a star. */
const star = `${Array.from({ length: 7 }, (_, turn) => {
  const angle = ((turn * 3) / 7) * 2 * Math.PI - Math.PI / 2;
  const x = (16 + 12.5 * Math.cos(angle)).toFixed(2);
  const y = (14 + 12.5 * Math.sin(angle)).toFixed(2);
  return `${turn === 0 ? 'M' : 'L'}${x} ${y}`;
}).join('')}Z`;
