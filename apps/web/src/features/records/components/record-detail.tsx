import type { RecordContent, TopicRecord } from '@odradek/contract';
import { Button } from '@odradek/ui/button';
import { CopyButton } from '@odradek/ui/copy-button';
import { Panel } from '@odradek/ui/panel';
import { formatExact, formatShort } from '@odradek/ui/quantity';
import { exactTime } from '@odradek/ui/relative-time';
import { type ReactNode, useMemo } from 'react';
import { prettyText } from '../content.ts';
import { ContentCell } from './content-cell.tsx';
import { DownloadValue } from './download-value.tsx';
import styles from './record-detail.module.css';

const timestampTypes = {
  'create-time': 'set by the producer',
  'log-append-time': 'set by the broker',
  none: 'none',
} as const;

/** One record whole: key, value, headers, and where it stands in the log. */
export function RecordDetail({ record, onClose }: { record: TopicRecord; onClose: () => void }): ReactNode {
  return (
    <Panel
      title={`Partition ${record.partition}, offset ${formatExact(record.offset)}`}
      aside={
        <>
          {record.value.encoding !== 'null' && <DownloadValue record={record} />}
          <Button kind="quiet" icon="close" iconOnly onClick={onClose}>
            Close record
          </Button>
        </>
      }
    >
      <div className={styles.record}>
        <p className={styles.when}>
          {exactTime(record.timestamp)}, {timestampTypes[record.timestampType]} ·{' '}
          {formatShort(record.sizeBytes, 'bytes')}
        </p>
        <Content title="Key" content={record.key} />
        <Content title="Value" content={record.value} />
        <Headers headers={record.headers} />
      </div>
    </Panel>
  );
}

function Content({ title, content }: { title: string; content: RecordContent }): ReactNode {
  const text = useMemo(() => (content.encoding === 'null' ? '' : prettyText(content)), [content]);
  if (content.encoding === 'null' || content.sizeBytes === 0) {
    return (
      <section className={styles.part}>
        <h3 className={styles.title}>{title}</h3>
        <ContentCell content={content} />
      </section>
    );
  }
  return (
    <section className={styles.part}>
      <div className={styles.head}>
        <h3 className={styles.title}>
          {title} <span className={styles.what}>{describe(content)}</span>
        </h3>
        <CopyButton
          text={content.text}
          what={content.truncated ? `beginning of ${title.toLowerCase()}` : title.toLowerCase()}
        />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <pre className={styles.text} tabIndex={0}>
        <code>{text}</code>
      </pre>
    </section>
  );
}

function Headers({ headers }: { headers: TopicRecord['headers'] }): ReactNode {
  return (
    <section className={styles.part}>
      <h3 className={styles.title}>Headers</h3>
      {headers.length === 0 ? (
        <p className={styles.what}>This record has no headers.</p>
      ) : (
        <dl className={styles.headers}>
          {headers.map(({ name, value }, position) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a name may occur twice, and the order never changes
            <div key={position} className={styles.header}>
              <dt>
                <code>{name}</code>
              </dt>
              <dd>
                <ContentCell content={value} />
              </dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}

function describe(content: Exclude<RecordContent, { encoding: 'null' }>): string {
  const kind = { json: 'JSON', utf8: 'text', base64: 'not UTF-8, shown as hexadecimal' }[content.encoding];
  const size = formatShort(content.sizeBytes, 'bytes');
  return content.truncated ? `${kind}, the beginning of ${size}` : `${kind}, ${size}`;
}
