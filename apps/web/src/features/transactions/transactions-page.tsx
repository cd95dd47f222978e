import type { TransactionList } from '@odradek/contract';
import { EmptyState } from '@odradek/ui/empty-state';
import { Facts } from '@odradek/ui/facts';
import { Freshness, StaleMarker } from '@odradek/ui/freshness';
import { Notice } from '@odradek/ui/notice';
import { PageHeader } from '@odradek/ui/page-header';
import { Panel } from '@odradek/ui/panel';
import { Quantity } from '@odradek/ui/quantity';
import { SearchField } from '@odradek/ui/search-field';
import { Segmented } from '@odradek/ui/segmented';
import { StatusBadge } from '@odradek/ui/status-badge';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useMemo } from 'react';
import { useConsole } from '../../shared/console-context.tsx';
import { QueryView } from '../../shared/query-view.tsx';
import { useDetailInterval } from '../../shared/refresh.tsx';
import { sortFromParam, sortToParam } from '../../shared/search-params.ts';
import { staleAfterMs } from '../../shared/staleness.ts';
import { type CurrentCluster, useCluster } from '../../shared/use-cluster.ts';
import { HeldTable } from './components/held-table.tsx';
import { TransactionTable } from './components/transaction-table.tsx';
import { figuresOf, filterTransactions } from './model.ts';
import { transactionListOptions } from './queries.ts';

/** All leaders are asked each time, so not more often than this. */
const INTERVAL_MS_MIN = 2_000;

/** Transactions: which are open, since when, whom they hold back, and which nobody will ever end. */
export function TransactionsPage(): ReactNode {
  const { api } = useConsole();
  const cluster = useCluster();
  const interval = useDetailInterval(Math.max(INTERVAL_MS_MIN, cluster.sampleIntervalMs));
  const query = useQuery({ ...transactionListOptions(api, cluster.name), refetchInterval: interval });
  return (
    <>
      <PageHeader title="Transactions" />
      <QueryView query={query} what="the transactions">
        {(list) => <Transactions cluster={cluster} list={list} />}
      </QueryView>
    </>
  );
}

function Transactions({ cluster, list }: { cluster: CurrentCluster; list: TransactionList }): ReactNode {
  const interval = Math.max(INTERVAL_MS_MIN, cluster.sampleIntervalMs);
  const age = { checkedAt: list.checkedAt, staleAfterMs: staleAfterMs(interval) };
  const isReadOnly = cluster.summary?.readOnly ?? false;
  return (
    <>
      <Limits list={list} />
      <Freshness {...age}>
        <Figures list={list} />
      </Freshness>
      <Panel title="Partitions held back" aside={<StaleMarker {...age} />} flush>
        <Freshness {...age}>
          <HeldTable cluster={cluster.name} list={list} isReadOnly={isReadOnly} />
        </Freshness>
      </Panel>
      {list.state === 'known' ? (
        <TransactionPanel cluster={cluster} list={list} age={age} />
      ) : (
        <Panel title="Transactional ids">
          <Untold state={list.state} />
        </Panel>
      )}
    </>
  );
}

/** What is missing on this page, and why. */
function Limits({
  list: { silentBrokers, tellsProducers, held, state },
}: {
  list: TransactionList;
}): ReactNode {
  const isOne = silentBrokers.length === 1;
  return (
    <>
      {silentBrokers.length > 0 && (
        <Notice tone="warn">
          {isOne ? 'Broker' : 'Brokers'} {silentBrokers.join(', ')} {isOne ? 'does' : 'do'} not answer:
          transactions coordinated there are missing here, and nothing is called hanging until all are heard.
        </Notice>
      )}
      {!tellsProducers && held.length > 0 && state === 'known' && (
        <Notice tone="warn">
          Some leaders have no API to tell their producers by (Apache Kafka before 2.8): who holds a partition
          back is not known there.
        </Notice>
      )}
    </>
  );
}

function Untold({ state }: { state: Exclude<TransactionList['state'], 'known'> }): ReactNode {
  return state === 'not-supported' ? (
    <EmptyState title="These brokers do not list transactions">
      The API for it came with Apache Kafka 3.0. Partitions that are held back are shown all the same: they
      are found by their offsets.
    </EmptyState>
  ) : (
    <EmptyState title="Not permitted">
      The console’s user needs DESCRIBE on transactional ids to list them.
    </EmptyState>
  );
}

function Figures({ list }: { list: TransactionList }): ReactNode {
  const { open, overdue, hanging, widestGap } = useMemo(() => figuresOf(list), [list]);
  return (
    <Facts
      label="Transactions in numbers"
      facts={[
        { term: 'Open', value: <Quantity value={open} />, note: overdue > 0 && `${overdue} overdue` },
        {
          term: 'Held back',
          value: <Quantity value={list.held.length + list.heldMore} />,
          note: 'partitions',
        },
        {
          term: 'Hanging',
          value:
            hanging === 0 ? (
              '0'
            ) : (
              <StatusBadge tone="critical" look="plain">
                {hanging}
              </StatusBadge>
            ),
          note: 'nobody will end them',
        },
        { term: 'Widest gap', value: <Quantity value={widestGap} />, note: 'records' },
        { term: 'Transactional ids', value: <Quantity value={list.transactions.length} /> },
      ]}
    />
  );
}

interface TransactionPanelProps {
  cluster: CurrentCluster;
  list: TransactionList;
  age: { checkedAt: number; staleAfterMs: number };
}

function TransactionPanel({ cluster, list, age }: TransactionPanelProps): ReactNode {
  const search = useSearch({ from: '/c/$cluster/transactions' });
  const navigate = useNavigate({ from: '/c/$cluster/transactions' });
  const change = (next: Partial<typeof search>) =>
    void navigate({ search: (held) => ({ ...held, ...next }), replace: true, resetScroll: false });
  const rows = useMemo(() => filterTransactions(list.transactions, search), [list.transactions, search]);
  const sort = useMemo(
    () => sortFromParam(search.sort, { column: 'age', direction: 'descending' }),
    [search.sort],
  );
  return (
    <Panel
      title={titleOf(rows.length, search.show)}
      flush
      aside={
        <>
          <Segmented<'open' | 'all'>
            label="Which transactional ids"
            options={[
              { value: 'open', label: 'Open' },
              { value: 'all', label: 'All' },
            ]}
            selected={search.show ?? 'open'}
            onSelect={(show) => change({ show: show === 'all' ? 'all' : undefined })}
          />
          <SearchField
            label="Filter transactional ids"
            value={search.filter ?? ''}
            onChange={(filter) => change({ filter: filter || undefined })}
          />
        </>
      }
    >
      <Freshness {...age}>
        <TransactionTable
          cluster={cluster.name}
          rows={rows}
          existing={list.transactions.length}
          checkedAt={list.checkedAt}
          isReadOnly={cluster.summary?.readOnly ?? false}
          isFiltered={search.filter !== undefined}
          sort={sort}
          onSort={(next) => change({ sort: sortToParam(next) })}
          onShowAll={() => change({ filter: undefined, show: 'all' })}
        />
      </Freshness>
    </Panel>
  );
}

function titleOf(count: number, show: 'all' | undefined): string {
  const what = show === 'all' ? 'transactional id' : 'open transaction';
  return count === 1 ? `1 ${what}` : `${count.toLocaleString('en')} ${what}s`;
}
