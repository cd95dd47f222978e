import type { ConfigEntry } from '@odradek/contract';
import { type Column, DataTable } from '@odradek/ui/data-table';
import { EmptyState } from '@odradek/ui/empty-state';
import { Panel } from '@odradek/ui/panel';
import { SearchField } from '@odradek/ui/search-field';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useMemo } from 'react';
import { useConsole } from '../../../shared/console-context.tsx';
import { QueryView } from '../../../shared/query-view.tsx';
import { useCluster } from '../../../shared/use-cluster.ts';
import { topicConfigsOptions } from '../queries.ts';
import { useTopicTable } from '../use-topic-table.ts';
import styles from './config-table.module.css';

/** Every config of the topic with its value, where that came from, and what it means. */
export function ConfigTable({ topic }: { topic: string }): ReactNode {
  const { api } = useConsole();
  const { name } = useCluster();
  const query = useQuery(topicConfigsOptions(api, name, topic));
  const { filter = '' } = useSearch({ from: '/c/$cluster/topics/$topic' });
  const navigate = useNavigate({ from: '/c/$cluster/topics/$topic' });
  return (
    <Panel
      title="Configs"
      flush
      aside={
        <SearchField
          label="Filter configs"
          value={filter}
          onChange={(next) =>
            void navigate({
              search: (held) => ({ ...held, filter: next || undefined }),
              replace: true,
              resetScroll: false,
            })
          }
        />
      }
    >
      <QueryView query={query} what="the configs">
        {({ configs }) => <Configs configs={configs} filter={filter} />}
      </QueryView>
    </Panel>
  );
}

function Configs({ configs, filter }: { configs: readonly ConfigEntry[]; filter: string }): ReactNode {
  const { sort, onSort } = useTopicTable({ column: 'source', direction: 'ascending' });
  const rows = useMemo(
    () => configs.filter(({ name }) => name.includes(filter.trim().toLowerCase())),
    [configs, filter],
  );
  return (
    <DataTable
      label="Configs"
      columns={columns}
      rows={rows}
      rowKey={({ name }) => name}
      sort={sort}
      onSort={onSort}
      empty={<EmptyState title="No config matches">No name of a config contains “{filter}”.</EmptyState>}
    />
  );
}

const columns: readonly Column<ConfigEntry>[] = [
  {
    id: 'name',
    header: 'Config',
    cell: ({ name, documentation }) => (
      <details className={styles.config}>
        <summary>
          <code>{name}</code>
        </summary>
        <p className={styles.documentation}>{documentation ?? 'The broker sent no description.'}</p>
      </details>
    ),
    sortBy: ({ name }) => name,
  },
  {
    id: 'value',
    header: 'Value',
    cell: ({ value, isSensitive }) =>
      isSensitive ? 'hidden' : <code>{value === null ? 'not set' : value || '(empty)'}</code>,
    sortBy: ({ value }) => value,
  },
  {
    id: 'source',
    header: 'Source',
    cell: ({ source, isDefault }) => (isDefault ? 'default' : <strong>{sources[source]}</strong>),
    sortBy: ({ source, name }) => `${source === 'topic' ? 0 : 1} ${name}`,
  },
  { id: 'type', header: 'Type', cell: ({ type }) => type.toLowerCase(), hiddenOn: 'medium' },
];

const sources: Readonly<Record<ConfigEntry['source'], string>> = {
  topic: 'overridden here',
  broker: 'broker, dynamic',
  'default-broker': 'all brokers, dynamic',
  'static-broker': 'broker’s file',
  default: 'default',
  'broker-logger': 'logger',
  'client-metrics': 'client metrics',
  group: 'group',
  unknown: 'unknown',
};
