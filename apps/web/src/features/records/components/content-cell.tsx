import type { RecordContent } from '@odradek/contract';
import type { ReactNode } from 'react';
import { previewOf } from '../content.ts';
import styles from './content-cell.module.css';

/** A key or value on one line. Null, empty and binary are marks, not text, so that they cannot be mistaken. */
export function ContentCell({ content }: { content: RecordContent }): ReactNode {
  const preview = previewOf(content);
  switch (preview.kind) {
    case 'null':
      return <span className={styles.null}>null</span>;
    case 'empty':
      return <span className={styles.mark}>empty string</span>;
    case 'binary':
      return (
        <span className={styles.line}>
          <span className={styles.mark}>binary</span> <code>{preview.text}</code>
        </span>
      );
    case 'text':
      return (
        <span className={styles.line}>
          <code>{preview.text}</code>
        </span>
      );
    default:
      return preview satisfies never;
  }
}
