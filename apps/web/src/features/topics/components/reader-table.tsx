import type { TopicReaderDetail } from '@odradek/contract';
import { type Column, DataTable } from '@odradek/ui/data-table';
import { EmptyState } from '@odradek/ui/empty-state';
import { Quantity } from '@odradek/ui/quantity';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useMemo } from 'react';
import { GroupStateBadge } from '../../../shared/group-state-badge.tsx';
import { useCluster } from '../../../shared/use-cluster.ts';
import { VerdictBadge } from '../../../shared/verdict-badge.tsx';
import { urgencyOf } from '../../../shared/verdict-order.ts';
import { useTopicTable } from '../use-topic-table.ts';

/** The groups that read the topic, with their lag on this topic alone. */
export function ReaderTable({ readers }: { readers: readonly TopicReaderDetail[] }): ReactNode {
  const { name: cluster } = useCluster();
  const { sort, onSort } = useTopicTable({ column: 'verdict', direction: 'descending' });
  const columns = useMemo(() => columnsOf(cluster), [cluster]);
  return (
    <DataTable
      label="Groups that read this topic"
      columns={columns}
      rows={readers}
      rowKey={({ group }) => group}
      sort={sort}
      onSort={onSort}
      empty={
        <EmptyState title="No group reads this topic">
          A group appears here when it has committed an offset on this topic or a member is assigned one of
          its partitions.
        </EmptyState>
      }
    />
  );
}

function columnsOf(cluster: string): readonly Column<TopicReaderDetail>[] {
  return [
    {
      id: 'group',
      header: 'Group',
      cell: ({ group }) => (
        <Link to="/c/$cluster/groups/$group" params={{ cluster, group }}>
          <code>{group}</code>
        </Link>
      ),
      sortBy: ({ group }) => group,
    },
    {
      id: 'verdict',
      header: 'Verdict',
      cell: ({ verdict }) => <VerdictBadge verdict={verdict} />,
      sortBy: ({ verdict, lag }) => urgencyOf(verdict, lag),
    },
    {
      id: 'state',
      header: 'State',
      cell: ({ state }) => <GroupStateBadge state={state} />,
      sortBy: ({ state }) => state,
      hiddenOn: 'narrow',
    },
    {
      id: 'lag',
      header: 'Lag here, records',
      align: 'end',
      cell: ({ lag }) => <Quantity value={lag} absent="never committed" />,
      sortBy: ({ lag }) => lag,
    },
    {
      id: 'partitions',
      header: 'Committed partitions',
      align: 'end',
      hiddenOn: 'narrow',
      cell: ({ partitions }) =>
        `${partitions.filter(({ committed }) => committed !== null).length} of ${partitions.length}`,
    },
  ];
}
