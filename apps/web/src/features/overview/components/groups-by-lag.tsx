import type { GroupSummary } from '@odradek/contract';
import { type Column, DataTable } from '@odradek/ui/data-table';
import { EmptyState } from '@odradek/ui/empty-state';
import { Panel } from '@odradek/ui/panel';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useMemo } from 'react';
import { useConsole } from '../../../shared/console-context.tsx';
import {
  groupNameColumn,
  lagColumn,
  lagTrendColumn,
  verdictColumn,
} from '../../../shared/group-row-columns.tsx';
import { groupListOptions } from '../../../shared/live-lists.ts';
import { QueryView } from '../../../shared/query-view.tsx';
import { useListInterval } from '../../../shared/refresh.tsx';
import { worstGroups } from '../model.ts';

const most = 8;

/** The groups that need a look first. */
export function GroupsByLag({ cluster }: { cluster: string }): ReactNode {
  const { api } = useConsole();
  const query = useQuery({ ...groupListOptions(api, cluster), refetchInterval: useListInterval() });
  const columns = useMemo(() => columnsOf(cluster), [cluster]);
  return (
    <Panel
      title="Groups, worst first"
      flush
      aside={
        <Link to="/c/$cluster/groups" params={{ cluster }}>
          All groups
        </Link>
      }
    >
      <QueryView query={query} what="the groups" skeletonRows={3}>
        {({ groups }) => (
          <DataTable
            label="Groups, worst first"
            columns={columns}
            rows={worstGroups(groups, most)}
            rowKey={({ group }) => group}
            sort={null}
            empty={
              <EmptyState title="No groups">
                A group appears here when a consumer with a <code>group.id</code> joins or commits.
              </EmptyState>
            }
          />
        )}
      </QueryView>
    </Panel>
  );
}

const totalLagOf = ({ totalLag }: GroupSummary): number | null => totalLag;

function columnsOf(cluster: string): readonly Column<GroupSummary>[] {
  return [
    groupNameColumn(cluster),
    { ...verdictColumn(totalLagOf), width: '120px' },
    { ...lagColumn('Lag, records', totalLagOf), width: '120px' },
    { ...lagTrendColumn, width: '130px' },
  ];
}
