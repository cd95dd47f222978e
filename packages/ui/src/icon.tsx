import type { ReactNode } from 'react';
import styles from './icon.module.css';

export type IconName = keyof typeof drawings;

/** A 16-pixel line drawing in the colour of its text; decoration only, so the words beside it carry the meaning. */
export function Icon({ name }: { name: IconName }): ReactNode {
  return (
    <svg className={styles.icon} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={drawings[name]} />
    </svg>
  );
}

const drawings = {
  overview: 'M2 9.5 5 9.5 6.5 4 9.5 13 11 7.5 14 7.5',
  topics: 'M2.5 4h11M2.5 8h11M2.5 12h7',
  groups:
    'M5.5 7.5a2.25 2.25 0 1 0 0-4.5 2.25 2.25 0 0 0 0 4.5ZM1.5 13c.4-2.3 1.9-3.5 4-3.5s3.6 1.2 4 3.5M10.5 3.2a2.2 2.2 0 0 1 0 4.2M12 9.8c1.4.5 2.3 1.6 2.5 3.2',
  brokers: 'M2.5 3h11v4h-11zM2.5 9h11v4h-11zM5 5h.01M5 11h.01M8 5h3M8 11h3',
  replicas: 'M2.5 3h3v3h-3zM2.5 10h3v3h-3zM10.5 3h3v3h-3zM10.5 10h3v3h-3zM8 3.5v9',
  quorum:
    'M8 2.5a2 2 0 1 0 0 4 2 2 0 0 0 0-4ZM3.5 10a1.75 1.75 0 1 0 0 3.5 1.75 1.75 0 0 0 0-3.5ZM12.5 10a1.75 1.75 0 1 0 0 3.5 1.75 1.75 0 0 0 0-3.5ZM7 6.4 4.4 10.1M9 6.4l2.6 3.7',
  transactions: 'M2 5.5h9M8.5 3 11 5.5 8.5 8M14 10.5H5M7.5 8 5 10.5 7.5 13',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  kill: 'M8.8 1.8 4 9h4l-.8 5.2L12 7H8z',
  settings:
    'M2 4.5h6M12 4.5h2M2 11.5h2M8 11.5h6M10 6.5a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM6 13.5a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  check: 'm3 8.5 3.5 3.5L13 4.5',
  close: 'm4 4 8 8M12 4l-8 8',
  plus: 'M8 3v10M3 8h10',
  search: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM10.5 10.5 14 14',
  refresh: 'M13.5 8a5.5 5.5 0 1 1-1.7-4M13.5 1.5V4.5H10.5',
  play: 'M5 3.2v9.6L12.5 8z',
  stop: 'M4.5 4.5h7v7h-7z',
  send: 'M2.5 8h10M8.5 4l4 4-4 4',
  download: 'M8 2.5v8M4.5 7.5 8 11l3.5-3.5M2.5 13.5h11',
  up: 'm4 10 4-4 4 4',
  down: 'm4 6 4 4 4-4',
  updown: 'm5 6.2 3-3 3 3M5 9.8l3 3 3-3',
  sun: 'M8 10.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6ZM8 1.5v1.5M8 13v1.5M1.5 8H3M13 8h1.5M3.4 3.4l1 1M11.6 11.6l1 1M12.6 3.4l-1 1M4.4 11.6l-1 1',
  moon: 'M13 9.5A5.5 5.5 0 0 1 6.5 3a5.5 5.5 0 1 0 6.5 6.5Z',
  screen: 'M2 3h12v8H2zM6 13.5h4M8 11v2.5',
  lock: 'M4 7h8v6.5H4zM5.5 7V5a2.5 2.5 0 0 1 5 0v2',
} as const satisfies Record<string, string>;
