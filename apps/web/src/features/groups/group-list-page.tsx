import type { GroupList } from '@odradek/contract';
import { Button } from '@odradek/ui/button';
import { DataTable } from '@odradek/ui/data-table';
import { EmptyState } from '@odradek/ui/empty-state';
import { Freshness, StaleMarker } from '@odradek/ui/freshness';
import { PageHeader } from '@odradek/ui/page-header';
import { Panel } from '@odradek/ui/panel';
import { SearchField } from '@odradek/ui/search-field';
import { Segmented } from '@odradek/ui/segmented';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useMemo } from 'react';
import { useConsole } from '../../shared/console-context.tsx';
import { groupListOptions } from '../../shared/live-lists.ts';
import { NeverReached } from '../../shared/never-reached.tsx';
import { QueryView } from '../../shared/query-view.tsx';
import { useListInterval } from '../../shared/refresh.tsx';
import { sortFromParam, sortToParam } from '../../shared/search-params.ts';
import { staleAfterMs } from '../../shared/staleness.ts';
import { type CurrentCluster, useCluster } from '../../shared/use-cluster.ts';
import { groupColumns } from './components/group-columns.tsx';
import { filterGroups } from './model.ts';

/** The groups with their verdicts, kept current by itself. */
export function GroupListPage(): ReactNode {
  const { api } = useConsole();
  const cluster = useCluster();
  const query = useQuery({ ...groupListOptions(api, cluster.name), refetchInterval: useListInterval() });
  return (
    <>
      <PageHeader title="Groups" />
      <QueryView query={query} what="the groups">
        {(list) => <GroupTable cluster={cluster} list={list} />}
      </QueryView>
    </>
  );
}

function GroupTable({ cluster, list }: { cluster: CurrentCluster; list: GroupList }): ReactNode {
  const search = useSearch({ from: '/c/$cluster/groups' });
  const navigate = useNavigate({ from: '/c/$cluster/groups' });
  const change = (next: Partial<typeof search>) =>
    void navigate({ search: (held) => ({ ...held, ...next }), replace: true, resetScroll: false });
  const columns = useMemo(() => groupColumns(cluster.name), [cluster.name]);
  const rows = useMemo(() => filterGroups(list.groups, search), [list.groups, search]);
  const sort = useMemo(
    () => sortFromParam(search.sort, { column: 'verdict', direction: 'descending' }),
    [search.sort],
  );
  const age = { checkedAt: list.checkedAt, staleAfterMs: staleAfterMs(cluster.sampleIntervalMs) };
  return (
    <Panel
      title={rows.length === 1 ? '1 group' : `${rows.length} groups`}
      flush
      aside={
        <>
          <StaleMarker {...age} />
          <Segmented<Verdicts>
            label="Verdict"
            options={verdicts}
            selected={search.verdict ?? 'all'}
            onSelect={(verdict) => change({ verdict: verdict === 'all' ? undefined : verdict })}
          />
          <SearchField
            label="Filter groups"
            value={search.filter ?? ''}
            onChange={(filter) => change({ filter: filter || undefined })}
          />
        </>
      }
    >
      <Freshness {...age}>
        <DataTable
          label="Groups"
          columns={columns}
          rows={rows}
          rowKey={({ group }) => group}
          sort={sort}
          onSort={(next) => change({ sort: sortToParam(next) })}
          empty={
            list.checkedAt === null ? (
              <NeverReached />
            ) : (
              <NoGroups
                existing={list.groups.length}
                onReset={() => change({ filter: undefined, verdict: undefined })}
              />
            )
          }
        />
      </Freshness>
    </Panel>
  );
}

function NoGroups({ existing, onReset }: { existing: number; onReset: () => void }): ReactNode {
  if (existing === 0) {
    return (
      <EmptyState title="No groups yet">
        A group appears here when a consumer with a <code>group.id</code> joins or commits an offset.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      title="No group matches"
      action={<Button onClick={onReset}>Show all {existing} groups</Button>}
    >
      The cluster has groups, but none that the filter lets through.
    </EmptyState>
  );
}

type Verdicts = 'all' | 'ERR' | 'WARN' | 'OK';

const verdicts: readonly { value: Verdicts; label: string }[] = [
  { value: 'all', label: 'All' },
  { value: 'ERR', label: 'ERR' },
  { value: 'WARN', label: 'WARN' },
  { value: 'OK', label: 'OK' },
];
