import type { Transaction } from '@odradek/contract';
import { Button } from '@odradek/ui/button';
import { type Column, DataTable, type Sort } from '@odradek/ui/data-table';
import { EmptyState } from '@odradek/ui/empty-state';
import { Quantity } from '@odradek/ui/quantity';
import { exactTime, formatAge } from '@odradek/ui/relative-time';
import { StatusBadge } from '@odradek/ui/status-badge';
import { type ReactNode, useMemo } from 'react';
import { partitionCount, toneOf } from '../model.ts';
import { AbortButton } from './abort-dialog.tsx';
import styles from './transactions.module.css';

export interface TransactionTableProps {
  cluster: string;
  rows: readonly Transaction[];
  /** How many there are that the filter does not let through, and those it does. */
  existing: number;
  checkedAt: number;
  isReadOnly: boolean;
  isFiltered: boolean;
  sort: Sort;
  onSort: (sort: Sort) => void;
  onShowAll: () => void;
}

/** Transactional ids as their coordinators tell them. */
export function TransactionTable(props: TransactionTableProps): ReactNode {
  const { cluster, rows, checkedAt, isReadOnly, sort, onSort } = props;
  const columns = useMemo(() => columnsOf(cluster, isReadOnly, checkedAt), [cluster, isReadOnly, checkedAt]);
  return (
    <DataTable
      label="Transactional ids"
      columns={columns}
      rows={rows}
      rowKey={({ transactionalId }) => transactionalId}
      sort={sort}
      onSort={onSort}
      empty={<NoTransactions {...props} />}
    />
  );
}

function NoTransactions({ existing, isFiltered, onShowAll }: TransactionTableProps): ReactNode {
  if (existing === 0) {
    return (
      <EmptyState title="No transactional ids yet">
        One appears here when a producer with a <code>transactional.id</code> begins.
      </EmptyState>
    );
  }
  const showAll = (
    <Button onClick={onShowAll}>
      {existing === 1
        ? 'Show the transactional id'
        : `Show all ${existing.toLocaleString('en')} transactional ids`}
    </Button>
  );
  return isFiltered ? (
    <EmptyState title="No transactional id matches" action={showAll}>
      There are some, but none that the filter lets through.
    </EmptyState>
  ) : (
    <EmptyState title="No transaction is open" action={showAll}>
      Everything that was begun has been committed or aborted.
    </EmptyState>
  );
}

function columnsOf(cluster: string, isReadOnly: boolean, now: number): readonly Column<Transaction>[] {
  return [
    {
      id: 'id',
      header: 'Id',
      cell: ({ transactionalId }) => <code>{transactionalId}</code>,
      sortBy: ({ transactionalId }) => transactionalId,
    },
    {
      id: 'state',
      header: 'State',
      cell: (transaction) => (
        <StatusBadge tone={toneOf(transaction, now)} look="plain">
          {transaction.state}
        </StatusBadge>
      ),
      sortBy: ({ state }) => state,
    },
    {
      id: 'age',
      header: 'Open for',
      align: 'end',
      cell: ({ startedAt }) =>
        startedAt === null ? (
          '–'
        ) : (
          <span title={`Since ${exactTime(startedAt)}`}>{formatAge(now - startedAt)}</span>
        ),
      sortBy: ({ startedAt }) => (startedAt === null ? null : now - startedAt),
      width: '92px',
    },
    {
      id: 'timeout',
      header: 'Timeout',
      align: 'end',
      cell: ({ timeoutMs }) => (timeoutMs === null ? '–' : formatAge(timeoutMs)),
      sortBy: ({ timeoutMs }) => timeoutMs,
      width: '90px',
      hiddenOn: 'medium',
    },
    {
      id: 'partitions',
      header: 'Partitions',
      align: 'end',
      cell: (transaction) => (
        <Quantity value={partitionCount(transaction)} absent="only told of open transactions" />
      ),
      sortBy: partitionCount,
      width: '104px',
      hiddenOn: 'narrow',
    },
    {
      id: 'topics',
      header: 'Topics',
      cell: ({ partitions }) => <code>{(partitions ?? []).map(({ topic }) => topic).join(', ')}</code>,
      hiddenOn: 'medium',
    },
    {
      id: 'producer',
      header: 'Producer',
      align: 'end',
      cell: ({ producerId, producerEpoch }) => (
        <>
          <Quantity value={producerId} exactly />
          {producerEpoch !== null && <span className={styles.aside}>epoch {producerEpoch}</span>}
        </>
      ),
      sortBy: ({ producerId }) => producerId,
      width: '104px',
      hiddenOn: 'narrow',
    },
    {
      id: 'coordinator',
      header: 'Coordinator',
      align: 'end',
      cell: ({ coordinator }) => <code>{coordinator}</code>,
      sortBy: ({ coordinator }) => coordinator,
      width: '114px',
      hiddenOn: 'medium',
    },
    {
      id: 'act',
      header: 'Act',
      align: 'end',
      width: '96px',
      cell: ({ isOpen, transactionalId }) =>
        isOpen && (
          <AbortButton
            cluster={cluster}
            request={{ kind: 'fence', transactionalId }}
            held={null}
            isReadOnly={isReadOnly}
          />
        ),
    },
  ];
}
