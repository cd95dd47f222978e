import type { GroupSummary, GroupType } from '@odradek/contract';
import type { Column } from '@odradek/ui/data-table';
import { Quantity } from '@odradek/ui/quantity';
import { RelativeTime } from '@odradek/ui/relative-time';
import {
  groupNameColumn,
  groupStateColumn,
  lagColumn,
  lagTrendColumn,
  verdictColumn,
} from '../../../shared/group-row-columns.tsx';

const totalLagOf = ({ totalLag }: GroupSummary): number | null => totalLag;

export function groupColumns(cluster: string): readonly Column<GroupSummary>[] {
  return [
    groupNameColumn(cluster),
    { ...verdictColumn(totalLagOf), width: '118px' },
    { ...lagColumn('Lag, records', totalLagOf), width: '108px' },
    { ...lagTrendColumn, width: '122px' },
    { ...groupStateColumn, width: '160px' },
    {
      id: 'type',
      header: 'Type',
      cell: ({ type }) => groupTypes[type],
      sortBy: ({ type }) => type,
      width: '90px',
      hiddenOn: 'medium',
    },
    {
      id: 'members',
      header: 'Members',
      align: 'end',
      cell: ({ members }) => <Quantity value={members} />,
      sortBy: ({ members }) => members,
      width: '92px',
      hiddenOn: 'narrow',
    },
    {
      id: 'last',
      header: 'Last commit',
      align: 'end',
      cell: ({ lastCommitAt }) => (lastCommitAt === null ? 'never' : <RelativeTime at={lastCommitAt} />),
      sortBy: ({ lastCommitAt }) => lastCommitAt,
      width: '116px',
      hiddenOn: 'medium',
    },
  ];
}

export const groupTypes: Readonly<Record<GroupType, string>> = {
  classic: 'Classic',
  consumer: 'Consumer',
  share: 'Share',
  streams: 'Streams',
  unknown: 'Unknown',
};
