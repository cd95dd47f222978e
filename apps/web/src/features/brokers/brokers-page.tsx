import type { Broker } from '@odradek/contract';
import { type Column, DataTable } from '@odradek/ui/data-table';
import { Freshness, StaleMarker } from '@odradek/ui/freshness';
import { PageHeader } from '@odradek/ui/page-header';
import { Panel } from '@odradek/ui/panel';
import { Quantity } from '@odradek/ui/quantity';
import { StatusBadge } from '@odradek/ui/status-badge';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useMemo } from 'react';
import { useConsole } from '../../shared/console-context.tsx';
import { brokerListOptions } from '../../shared/live-lists.ts';
import { NeverReached } from '../../shared/never-reached.tsx';
import { QueryView } from '../../shared/query-view.tsx';
import { useListInterval } from '../../shared/refresh.tsx';
import { sortFromParam, sortToParam } from '../../shared/search-params.ts';
import { staleAfterMs } from '../../shared/staleness.ts';
import { useCluster } from '../../shared/use-cluster.ts';

/** The brokers: which answer, which one is controller, what each carries. */
export function BrokersPage(): ReactNode {
  const { api } = useConsole();
  const { name, sampleIntervalMs } = useCluster();
  const query = useQuery({ ...brokerListOptions(api, name), refetchInterval: useListInterval() });
  const { sort } = useSearch({ from: '/c/$cluster/brokers' });
  const navigate = useNavigate({ from: '/c/$cluster/brokers' });
  const order = useMemo(() => sortFromParam(sort, { column: 'id', direction: 'ascending' }), [sort]);
  return (
    <>
      <PageHeader title="Brokers" />
      <QueryView query={query} what="the brokers" skeletonRows={3}>
        {({ brokers, checkedAt }) => {
          const age = { checkedAt, staleAfterMs: staleAfterMs(sampleIntervalMs) };
          return (
            <Panel
              title={`${brokers.length} ${brokers.length === 1 ? 'broker' : 'brokers'}`}
              aside={<StaleMarker {...age} />}
              flush
            >
              <Freshness {...age}>
                <DataTable
                  label="Brokers"
                  columns={columns}
                  rows={brokers}
                  rowKey={({ id }) => String(id)}
                  sort={order}
                  onSort={(next) => void navigate({ search: { sort: sortToParam(next) }, replace: true })}
                  empty={<NeverReached />}
                />
              </Freshness>
            </Panel>
          );
        }}
      </QueryView>
    </>
  );
}

const columns: readonly Column<Broker>[] = [
  { id: 'id', header: 'Broker', cell: ({ id }) => <code>{id}</code>, sortBy: ({ id }) => id, width: '90px' },
  {
    id: 'address',
    header: 'Address',
    cell: ({ host, port }) => <code>{`${host}:${port}`}</code>,
    sortBy: ({ host, port }) => `${host}:${port}`,
  },
  {
    id: 'state',
    header: 'State',
    cell: (broker) => <BrokerState broker={broker} />,
    sortBy: ({ reachable }) => (reachable ? 0 : 1),
  },
  {
    id: 'leaders',
    header: 'Leads',
    align: 'end',
    cell: ({ leaders }) => <Quantity value={leaders} />,
    sortBy: ({ leaders }) => leaders,
    hiddenOn: 'narrow',
  },
  {
    id: 'replicas',
    header: 'Replicas',
    align: 'end',
    cell: ({ replicas }) => <Quantity value={replicas} />,
    sortBy: ({ replicas }) => replicas,
    hiddenOn: 'narrow',
  },
  {
    id: 'out-of-sync',
    header: 'Out of sync',
    align: 'end',
    cell: ({ outOfSync }) => <Quantity value={outOfSync} />,
    sortBy: ({ outOfSync }) => outOfSync,
    hiddenOn: 'narrow',
  },
  {
    id: 'size',
    header: 'Size',
    align: 'end',
    cell: ({ sizeBytes }) => (
      <Quantity value={sizeBytes} unit="bytes" absent="not permitted to describe log directories" />
    ),
    sortBy: ({ sizeBytes }) => sizeBytes,
    hiddenOn: 'narrow',
  },
  { id: 'rack', header: 'Rack', cell: ({ rack }) => rack ?? '–', hiddenOn: 'medium' },
];

function BrokerState({ broker }: { broker: Broker }): ReactNode {
  if (!broker.reachable) {
    return (
      <>
        <StatusBadge tone="critical">Unreachable</StatusBadge> {broker.reason}
      </>
    );
  }
  return (
    <>
      <StatusBadge tone="ok">Running</StatusBadge>{' '}
      {broker.isController && (
        <StatusBadge tone="ok" look="plain">
          Controller
        </StatusBadge>
      )}
    </>
  );
}
