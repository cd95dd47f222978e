import type { PeekResponse, TopicRecord } from '@odradek/contract';
import { type Column, DataTable } from '@odradek/ui/data-table';
import { EmptyState } from '@odradek/ui/empty-state';
import { Notice } from '@odradek/ui/notice';
import { Panel } from '@odradek/ui/panel';
import { formatExact } from '@odradek/ui/quantity';
import { exactTime } from '@odradek/ui/relative-time';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { type ReactNode, useMemo } from 'react';
import { useConsole } from '../../shared/console-context.tsx';
import { QueryView } from '../../shared/query-view.tsx';
import { useCluster } from '../../shared/use-cluster.ts';
import { ContentCell } from './components/content-cell.tsx';
import { PeekControls } from './components/peek-controls.tsx';
import { RecordDetail } from './components/record-detail.tsx';
import { peekChoiceOf, peekQueryOf } from './peek-choice.ts';
import { peekOptions } from './queries.ts';
import styles from './records-view.module.css';

const route = '/c/$cluster/topics/$topic';

/** A look into the topic that leaves no group and no commit behind. The address holds what is looked at. */
export function RecordsView(): ReactNode {
  const { api } = useConsole();
  const { name: cluster } = useCluster();
  const { topic } = useParams({ from: route });
  const search = useSearch({ from: route });
  const navigate = useNavigate({ from: route });
  const choice = peekChoiceOf(search);
  const peek = peekQueryOf(choice);
  const query = useQuery(peekOptions(api, cluster, topic, peek));
  const change = (next: Partial<typeof search>) =>
    void navigate({ search: (held) => ({ ...held, ...next }), replace: true, resetScroll: false });
  const partitions = query.data?.partitions.map(({ partition }) => partition) ?? [];
  return (
    <Panel
      title="Records"
      flush
      aside={<span className={styles.note}>Reading leaves no group and no commit behind</span>}
    >
      <PeekControls
        choice={choice}
        partitions={
          choice.partition === undefined ? partitions : [...new Set([...partitions, choice.partition])]
        }
        reading={query.isFetching}
        onChange={(next) => change({ ...next, record: undefined })}
        onReadAgain={() => void query.refetch()}
      />
      {peek === null ? (
        <EmptyState title={choice.start === 'offset' ? 'From which offset?' : 'From which time?'}>
          Reading begins when it is filled in above.
        </EmptyState>
      ) : (
        <QueryView query={query} what="the records">
          {(answer) => (
            <Records answer={answer} selected={search.record} onSelect={(record) => change({ record })} />
          )}
        </QueryView>
      )}
    </Panel>
  );
}

interface RecordsProps {
  answer: PeekResponse;
  /** `partition:offset` of the record that is open. */
  selected: string | undefined;
  onSelect: (key: string | undefined) => void;
}

function Records({ answer, selected, onSelect }: RecordsProps): ReactNode {
  const open = answer.records.find((record) => keyOf(record) === selected);
  const beside = open !== undefined;
  const columns = useMemo(
    () => columnsOf(onSelect).filter(({ id }) => !beside || !['time', 'headers'].includes(id)),
    [onSelect, beside],
  );
  const failed = answer.partitions.filter(({ error }) => error !== null);
  return (
    <>
      {failed.length > 0 && (
        <Notice tone="warn">
          Not everything could be read:{' '}
          {failed.map(({ partition, error }) => `partition ${partition}: ${error}`).join(', ')}
        </Notice>
      )}
      <div className={styles.split} data-open={beside}>
        <DataTable
          label="Records"
          columns={columns}
          rows={answer.records}
          rowKey={keyOf}
          sort={null}
          cells="single-line"
          selectedKey={selected ?? null}
          empty={
            <EmptyState title="No records here">
              The partitions hold nothing from this place on. Produce a record, or read from another place.
            </EmptyState>
          }
        />
        {open && <RecordDetail record={open} onClose={() => onSelect(undefined)} />}
      </div>
    </>
  );
}

function columnsOf(onSelect: (key: string) => void): readonly Column<TopicRecord>[] {
  return [
    { id: 'partition', header: 'Partition', align: 'end', cell: ({ partition }) => partition, width: '84px' },
    {
      id: 'offset',
      header: 'Offset',
      align: 'end',
      cell: (record) => (
        <button type="button" className={styles.open} onClick={() => onSelect(keyOf(record))}>
          {formatExact(record.offset)}
        </button>
      ),
      width: '110px',
    },
    {
      id: 'time',
      header: 'Time',
      cell: ({ timestamp }) => (
        <time dateTime={new Date(timestamp).toISOString()} title={exactTime(timestamp)}>
          {exactTime(timestamp).slice(5, 23)}
        </time>
      ),
      width: '174px',
      hiddenOn: 'narrow',
    },
    {
      id: 'key',
      header: 'Key',
      cell: ({ key }) => <ContentCell content={key} />,
      width: '18%',
    },
    {
      id: 'value',
      header: 'Value',
      cell: ({ value }) => <ContentCell content={value} />,
    },
    {
      id: 'headers',
      header: 'Headers',
      align: 'end',
      cell: ({ headers }) => headers.length,
      width: '84px',
      hiddenOn: 'medium',
    },
  ];
}

function keyOf({ partition, offset }: TopicRecord): string {
  return `${partition}:${offset}`;
}
