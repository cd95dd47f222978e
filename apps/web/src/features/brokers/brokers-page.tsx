import type { BrokerList } from '@odradek/contract';
import { DataTable } from '@odradek/ui/data-table';
import { Freshness, StaleMarker } from '@odradek/ui/freshness';
import { PageHeader } from '@odradek/ui/page-header';
import { Panel } from '@odradek/ui/panel';
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
import { brokerColumns } from './components/broker-columns.tsx';
import { LogDirectories } from './components/log-directories.tsx';

/** The brokers: which answer, what part each has in the quorum, what each carries, and where it lies. */
export function BrokersPage(): ReactNode {
  const { api } = useConsole();
  const { name } = useCluster();
  const query = useQuery({ ...brokerListOptions(api, name), refetchInterval: useListInterval() });
  return (
    <>
      <PageHeader title="Brokers" />
      <QueryView query={query} what="the brokers" skeletonRows={3}>
        {(list) => <Brokers list={list} />}
      </QueryView>
    </>
  );
}

function Brokers({ list: { brokers, checkedAt } }: { list: BrokerList }): ReactNode {
  const { name, summary, sampleIntervalMs } = useCluster();
  const { sort } = useSearch({ from: '/c/$cluster/brokers' });
  const navigate = useNavigate({ from: '/c/$cluster/brokers' });
  const order = useMemo(() => sortFromParam(sort, { column: 'id', direction: 'ascending' }), [sort]);
  const isManaged = brokers.some(({ process }) => process !== null);
  const isReadOnly = summary?.readOnly ?? false;
  const columns = useMemo(
    () => brokerColumns({ cluster: name, isManaged, isReadOnly }),
    [name, isManaged, isReadOnly],
  );
  const age = { checkedAt, staleAfterMs: staleAfterMs(sampleIntervalMs) };
  return (
    <>
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
      {checkedAt !== null && (
        <Freshness {...age}>
          <LogDirectories brokers={brokers} />
        </Freshness>
      )}
    </>
  );
}
