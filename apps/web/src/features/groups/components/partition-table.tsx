import type { GroupDetail, GroupPartition } from '@odradek/contract';
import { type Column, DataTable } from '@odradek/ui/data-table';
import { EmptyState } from '@odradek/ui/empty-state';
import { Quantity } from '@odradek/ui/quantity';
import { RelativeTime } from '@odradek/ui/relative-time';
import { StatusBadge } from '@odradek/ui/status-badge';
import { type ReactNode, useMemo } from 'react';
import { sortFromParam, sortToParam } from '../../../shared/search-params.ts';
import { VerdictBadge } from '../../../shared/verdict-badge.tsx';
import { urgencyOf } from '../../../shared/verdict-order.ts';
import { partitionKey } from '../model.ts';
import styles from './partition-table.module.css';

export interface GroupPartitionTableProps {
  group: GroupDetail;
  selectedKey: string | null;
  /** As the address holds it. */
  sort: string | undefined;
  onSort: (sort: string) => void;
  onSelect: (key: string) => void;
}

/** Lag partition by partition; choosing one shows its verdict's reasons and its own chart. */
export function GroupPartitionTable({
  group,
  selectedKey,
  sort,
  onSort,
  onSelect,
}: GroupPartitionTableProps): ReactNode {
  const owners = useMemo(
    () => new Map(group.memberDetails.map(({ memberId, clientId }) => [memberId, clientId])),
    [group.memberDetails],
  );
  const columns = useMemo(() => columnsOf(owners, onSelect), [owners, onSelect]);
  const order = useMemo(() => sortFromParam(sort, { column: 'verdict', direction: 'descending' }), [sort]);
  return (
    <DataTable
      label="Partitions of the group"
      columns={columns}
      rows={group.partitions}
      rowKey={partitionKey}
      selectedKey={selectedKey}
      sort={order}
      onSort={(next) => onSort(sortToParam(next))}
      empty={
        <EmptyState title="No partitions">
          The group has committed nothing, and no member is assigned a partition.
        </EmptyState>
      }
    />
  );
}

function columnsOf(
  owners: ReadonlyMap<string, string>,
  onSelect: (key: string) => void,
): readonly Column<GroupPartition>[] {
  return [
    {
      id: 'partition',
      header: 'Partition',
      cell: (row) => (
        <button type="button" className={styles.choose} onClick={() => onSelect(partitionKey(row))}>
          <code>{`${row.topic}-${row.partition}`}</code>
        </button>
      ),
      sortBy: ({ topic, partition }) => `${topic} ${partition}`,
    },
    {
      id: 'verdict',
      header: 'Verdict',
      cell: (row) =>
        row.committed === null ? (
          <StatusBadge tone="unknown">never committed</StatusBadge>
        ) : (
          <VerdictBadge verdict={row.verdict} />
        ),
      sortBy: ({ verdict, lag }) => urgencyOf(verdict, lag),
    },
    {
      id: 'lag',
      header: 'Lag',
      align: 'end',
      cell: ({ lag }) => <Quantity value={lag} absent="no lag without a commit" />,
      sortBy: ({ lag }) => lag,
    },
    {
      id: 'committed',
      header: 'Committed offset',
      align: 'end',
      cell: ({ committed }) => <Quantity value={committed} exactly absent="never committed" />,
      sortBy: ({ committed }) => committed,
      hiddenOn: 'narrow',
    },
    {
      id: 'end',
      header: 'End offset',
      align: 'end',
      cell: ({ end }) => <Quantity value={end} exactly />,
      sortBy: ({ end }) => end,
      hiddenOn: 'narrow',
    },
    {
      id: 'at',
      header: 'Last commit',
      align: 'end',
      cell: ({ committedAt }) => (committedAt === null ? 'never' : <RelativeTime at={committedAt} />),
      sortBy: ({ committedAt }) => committedAt,
      hiddenOn: 'narrow',
    },
    {
      id: 'member',
      header: 'Member',
      cell: ({ memberId }) =>
        memberId === null ? 'not assigned' : <code title={memberId}>{owners.get(memberId) ?? memberId}</code>,
      sortBy: ({ memberId }) => memberId,
      hiddenOn: 'medium',
    },
  ];
}
