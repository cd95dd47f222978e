import type { TopicReaderDetail } from '@odradek/contract';
import { type Column, DataTable } from '@odradek/ui/data-table';
import { EmptyState } from '@odradek/ui/empty-state';
import { type ReactNode, useMemo } from 'react';
import {
  groupNameColumn,
  groupStateColumn,
  lagColumn,
  verdictColumn,
} from '../../../shared/group-row-columns.tsx';
import { useCluster } from '../../../shared/use-cluster.ts';
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

const lagOf = ({ lag }: TopicReaderDetail): number | null => lag;

function columnsOf(cluster: string): readonly Column<TopicReaderDetail>[] {
  return [
    groupNameColumn(cluster),
    verdictColumn(lagOf),
    groupStateColumn,
    lagColumn('Lag here, records', lagOf),
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
