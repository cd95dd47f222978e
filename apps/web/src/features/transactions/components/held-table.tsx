import type { HeldPartition, TransactionList } from '@odradek/contract';
import { type Column, DataTable } from '@odradek/ui/data-table';
import { EmptyState } from '@odradek/ui/empty-state';
import { Quantity } from '@odradek/ui/quantity';
import { RelativeTime } from '@odradek/ui/relative-time';
import { StatusBadge } from '@odradek/ui/status-badge';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useMemo } from 'react';
import { abortOf, gapOf, heldStates } from '../model.ts';
import { AbortButton } from './abort-dialog.tsx';
import styles from './transactions.module.css';

export interface HeldTableProps {
  cluster: string;
  list: TransactionList;
  isReadOnly: boolean;
}

/** Where read_committed consumers wait, and for whom. */
export function HeldTable({ cluster, list, isReadOnly }: HeldTableProps): ReactNode {
  const columns = useMemo(() => columnsOf(cluster, isReadOnly), [cluster, isReadOnly]);
  return (
    <>
      <DataTable
        label="Partitions held back"
        columns={columns}
        rows={list.held}
        rowKey={({ topic, partition }) => `${topic}-${partition}`}
        sort={null}
        empty={
          <EmptyState title="Nothing is held back">
            The last stable offset of every partition is its high watermark: consumers with{' '}
            <code>isolation.level=read_committed</code> can read everything.
          </EmptyState>
        }
      />
      {list.heldMore > 0 && (
        <p className={styles.more}>
          {list.heldMore.toLocaleString('en')} more partitions are held back by less; they are not looked at.
        </p>
      )}
    </>
  );
}

function columnsOf(cluster: string, isReadOnly: boolean): readonly Column<HeldPartition>[] {
  return [
    {
      id: 'partition',
      header: 'Partition',
      cell: ({ topic, partition }) => (
        <Link to="/c/$cluster/topics/$topic" params={{ cluster, topic }}>
          <code>{`${topic}-${partition}`}</code>
        </Link>
      ),
    },
    {
      id: 'state',
      header: 'State',
      cell: ({ state }) => <StatusBadge tone={heldStates[state].tone}>{heldStates[state].word}</StatusBadge>,
      width: '112px',
    },
    {
      id: 'gap',
      header: 'Gap, records',
      align: 'end',
      cell: (held) => <Quantity value={gapOf(held)} />,
      width: '104px',
    },
    {
      id: 'stable',
      header: 'Last stable offset',
      align: 'end',
      cell: ({ lastStableOffset }) => <Quantity value={lastStableOffset} exactly />,
      hiddenOn: 'narrow',
    },
    {
      id: 'end',
      header: 'High watermark',
      align: 'end',
      cell: ({ highWatermark }) => <Quantity value={highWatermark} exactly />,
      hiddenOn: 'narrow',
    },
    {
      id: 'producer',
      header: 'Held back by',
      cell: ({ producer }) => <Producer producer={producer} />,
      hiddenOn: 'narrow',
    },
    {
      id: 'written',
      header: 'Last written',
      align: 'end',
      cell: ({ producer }) =>
        producer?.lastWriteAt == null ? '–' : <RelativeTime at={producer.lastWriteAt} />,
      hiddenOn: 'medium',
    },
    {
      id: 'act',
      header: 'Act',
      align: 'end',
      width: '96px',
      cell: (held) => {
        const request = abortOf(held);
        return request === null ? null : (
          <AbortButton cluster={cluster} request={request} held={held} isReadOnly={isReadOnly} />
        );
      },
    },
  ];
}

function Producer({ producer }: Pick<HeldPartition, 'producer'>): ReactNode {
  if (producer === null) return 'not told';
  const { transactionalId, producerId, producerEpoch, startOffset } = producer;
  return (
    <>
      {transactionalId !== null && <code>{transactionalId}</code>}
      <span className={styles.aside}>
        producer {producerId}, epoch {producerEpoch}, from offset {startOffset.toLocaleString('en')}
      </span>
    </>
  );
}
