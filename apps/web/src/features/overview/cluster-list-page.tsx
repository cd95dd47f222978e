import type { ClusterSummary } from '@odradek/contract';
import { Page } from '@odradek/ui/app-shell';
import { type Column, DataTable } from '@odradek/ui/data-table';
import { EmptyState } from '@odradek/ui/empty-state';
import { PageHeader } from '@odradek/ui/page-header';
import { Panel } from '@odradek/ui/panel';
import { Quantity } from '@odradek/ui/quantity';
import { StatusBadge } from '@odradek/ui/status-badge';
import { useQuery } from '@tanstack/react-query';
import { Link, Navigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useConsole } from '../../shared/console-context.tsx';
import { clusterListOptions } from '../../shared/live-lists.ts';
import { QueryView } from '../../shared/query-view.tsx';

/** The clusters to choose from; with one cluster there is nothing to choose, and its overview opens. */
export function ClusterListPage(): ReactNode {
  const { api } = useConsole();
  const query = useQuery(clusterListOptions(api));
  return (
    <QueryView query={query} what="the clusters">
      {({ clusters }) => {
        const [only, ...others] = clusters;
        if (only && others.length === 0)
          return <Navigate to="/c/$cluster" params={{ cluster: only.name }} replace />;
        return (
          <Page>
            <PageHeader title="Clusters" />
            <Panel title={`${clusters.length} clusters`} flush>
              <DataTable
                label="Clusters"
                columns={columns}
                rows={clusters}
                rowKey={({ name }) => name}
                sort={null}
                empty={
                  <EmptyState title="No cluster is defined">
                    Start one with <code>odradek up</code>, or watch one that runs:{' '}
                    <code>odradek console --cluster name=host:9092</code>
                  </EmptyState>
                }
              />
            </Panel>
          </Page>
        );
      }}
    </QueryView>
  );
}

const columns: readonly Column<ClusterSummary>[] = [
  {
    id: 'name',
    header: 'Cluster',
    cell: ({ name }) => (
      <Link to="/c/$cluster" params={{ cluster: name }}>
        <code>{name}</code>
      </Link>
    ),
  },
  { id: 'state', header: 'State', cell: (cluster) => <ClusterStateBadge cluster={cluster} /> },
  {
    id: 'bootstrap',
    header: 'Bootstrap servers',
    cell: ({ bootstrap }) => <code>{bootstrap.join(',')}</code>,
    hiddenOn: 'narrow',
  },
  {
    id: 'error',
    header: 'Groups in error',
    align: 'end',
    cell: ({ groupsInError }) => <Quantity value={groupsInError} />,
  },
  {
    id: 'warning',
    header: 'In warning',
    align: 'end',
    hiddenOn: 'narrow',
    cell: ({ groupsInWarning }) => <Quantity value={groupsInWarning} />,
  },
];

function ClusterStateBadge({ cluster }: { cluster: ClusterSummary }): ReactNode {
  if (cluster.state === 'reachable') return <StatusBadge tone="ok">Reachable</StatusBadge>;
  if (cluster.state === 'connecting') return <StatusBadge tone="unknown">Connecting</StatusBadge>;
  return <StatusBadge tone="critical">Unreachable</StatusBadge>;
}
