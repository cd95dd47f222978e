import type { TopicPartitionDetail } from '@odradek/contract';
import { type Column, DataTable } from '@odradek/ui/data-table';
import { EmptyState } from '@odradek/ui/empty-state';
import { Quantity } from '@odradek/ui/quantity';
import { StatusBadge } from '@odradek/ui/status-badge';
import type { ReactNode } from 'react';
import { useTopicTable } from '../use-topic-table.ts';
import { ReplicaList } from './replica-list.tsx';
import { recordsInColumn, sizeColumn } from './traffic-columns.tsx';

/** Where each partition lives and how far its log reaches. */
export function PartitionTable({ partitions }: { partitions: readonly TopicPartitionDetail[] }): ReactNode {
  const { sort, onSort } = useTopicTable({ column: 'partition', direction: 'ascending' });
  return (
    <DataTable
      label="Partitions"
      columns={columns}
      rows={partitions}
      rowKey={({ partition }) => String(partition)}
      sort={sort}
      onSort={onSort}
      empty={<EmptyState title="No partitions seen yet">The topic’s metadata has not arrived.</EmptyState>}
    />
  );
}

const columns: readonly Column<TopicPartitionDetail>[] = [
  {
    id: 'partition',
    header: 'Partition',
    cell: ({ partition, error }) => (
      <>
        <code>{partition}</code>{' '}
        {error && (
          <StatusBadge tone="critical" look="plain">
            {error}
          </StatusBadge>
        )}
      </>
    ),
    sortBy: ({ partition }) => partition,
  },
  {
    id: 'leader',
    header: 'Leader',
    cell: ({ leader }) =>
      leader === null ? <StatusBadge tone="critical">none</StatusBadge> : <code>{leader}</code>,
    sortBy: ({ leader }) => leader,
    // The filled replica is the leader.
    hiddenOn: 'narrow',
  },
  { id: 'replicas', header: 'Replicas', cell: (partition) => <ReplicaList partition={partition} /> },
  {
    id: 'isr',
    header: 'In sync',
    cell: ({ isr, replicas }) => (
      <StatusBadge tone={isr.length < replicas.length ? 'warn' : 'ok'} look="plain">
        {isr.length} of {replicas.length}
      </StatusBadge>
    ),
    sortBy: ({ isr, replicas }) => isr.length - replicas.length,
  },
  {
    id: 'start',
    header: 'Log start offset',
    align: 'end',
    cell: ({ logStartOffset }) => <Quantity value={logStartOffset} exactly />,
    sortBy: ({ logStartOffset }) => logStartOffset,
    hiddenOn: 'narrow',
  },
  {
    id: 'end',
    header: 'End offset',
    align: 'end',
    cell: ({ endOffset }) => <Quantity value={endOffset} exactly />,
    sortBy: ({ endOffset }) => endOffset,
  },
  { ...recordsInColumn, hiddenOn: 'medium' },
  sizeColumn,
  {
    id: 'epoch',
    header: 'Leader epoch',
    align: 'end',
    cell: ({ leaderEpoch }) => <Quantity value={leaderEpoch} />,
    hiddenOn: 'medium',
  },
];
