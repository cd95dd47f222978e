import type { TopicList } from '@odradek/contract';
import { Button } from '@odradek/ui/button';
import { DataTable } from '@odradek/ui/data-table';
import { EmptyState } from '@odradek/ui/empty-state';
import { CheckField } from '@odradek/ui/field';
import { Freshness, StaleMarker } from '@odradek/ui/freshness';
import { PageHeader } from '@odradek/ui/page-header';
import { Panel } from '@odradek/ui/panel';
import { SearchField } from '@odradek/ui/search-field';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useMemo, useState } from 'react';
import { useConsole } from '../../shared/console-context.tsx';
import { topicListOptions } from '../../shared/live-lists.ts';
import { NeverReached } from '../../shared/never-reached.tsx';
import { QueryView } from '../../shared/query-view.tsx';
import { useListInterval } from '../../shared/refresh.tsx';
import { sortFromParam, sortToParam } from '../../shared/search-params.ts';
import { staleAfterMs } from '../../shared/staleness.ts';
import { type CurrentCluster, useCluster } from '../../shared/use-cluster.ts';
import { CreateTopicDialog } from './components/create-topic-dialog.tsx';
import { topicColumns } from './components/topic-columns.tsx';
import { filterTopics } from './model.ts';

/** The topics: find one, see which is not well, create one. */
export function TopicListPage(): ReactNode {
  const { api } = useConsole();
  const cluster = useCluster();
  const [creating, setCreating] = useState(false);
  const query = useQuery({ ...topicListOptions(api, cluster.name), refetchInterval: useListInterval() });
  return (
    <>
      <PageHeader
        title="Topics"
        actions={
          <Button
            kind="primary"
            icon="plus"
            disabled={cluster.summary?.readOnly}
            title={cluster.summary?.readOnly ? 'This cluster is read-only' : undefined}
            onClick={() => setCreating(true)}
          >
            Create topic
          </Button>
        }
      />
      <QueryView query={query} what="the topics">
        {(list) => <TopicTable cluster={cluster} list={list} />}
      </QueryView>
      <CreateTopicDialog cluster={cluster.name} open={creating} onOpenChange={setCreating} />
    </>
  );
}

function TopicTable({ cluster, list }: { cluster: CurrentCluster; list: TopicList }): ReactNode {
  const search = useSearch({ from: '/c/$cluster/topics' });
  const navigate = useNavigate({ from: '/c/$cluster/topics' });
  const change = (next: Partial<typeof search>) =>
    void navigate({ search: (held) => ({ ...held, ...next }), replace: true, resetScroll: false });
  const columns = useMemo(() => topicColumns(cluster.name), [cluster.name]);
  const rows = useMemo(() => filterTopics(list.topics, search), [list.topics, search]);
  const sort = useMemo(
    () => sortFromParam(search.sort, { column: 'name', direction: 'ascending' }),
    [search.sort],
  );
  const age = { checkedAt: list.checkedAt, staleAfterMs: staleAfterMs(cluster.sampleIntervalMs) };
  return (
    <Panel
      title={rows.length === 1 ? '1 topic' : `${rows.length} topics`}
      flush
      aside={
        <>
          <StaleMarker {...age} />
          <CheckField
            label="Internal"
            checked={search.internal ?? false}
            onChange={(event) => change({ internal: event.target.checked || undefined })}
          />
          <SearchField
            label="Filter topics"
            value={search.filter ?? ''}
            onChange={(filter) => change({ filter: filter || undefined })}
          />
        </>
      }
    >
      <Freshness {...age}>
        <DataTable
          label="Topics"
          columns={columns}
          rows={rows}
          rowKey={({ name }) => name}
          sort={sort}
          onSort={(next) => change({ sort: sortToParam(next) })}
          empty={
            list.checkedAt === null ? (
              <NeverReached />
            ) : (
              <NoTopics
                existing={list.topics.length}
                onReset={() => change({ filter: undefined, show: undefined, internal: true })}
              />
            )
          }
        />
      </Freshness>
    </Panel>
  );
}

function NoTopics({ existing, onReset }: { existing: number; onReset: () => void }): ReactNode {
  if (existing === 0) {
    return (
      <EmptyState title="No topics yet">
        A topic holds records. It is created here, or by the first client that writes to it.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      title="No topic matches"
      action={<Button onClick={onReset}>Show all {existing} topics</Button>}
    >
      The cluster has topics, but none that the filter lets through.
    </EmptyState>
  );
}
