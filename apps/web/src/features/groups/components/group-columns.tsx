import type { GroupSummary, GroupType } from '@odradek/contract';
import { Sparkline } from '@odradek/ui/charts/sparkline';
import type { Column } from '@odradek/ui/data-table';
import { Quantity } from '@odradek/ui/quantity';
import { RelativeTime } from '@odradek/ui/relative-time';
import { Link } from '@tanstack/react-router';
import { GroupStateBadge } from '../../../shared/group-state-badge.tsx';
import { VerdictBadge } from '../../../shared/verdict-badge.tsx';
import { urgencyOf } from '../../../shared/verdict-order.ts';

export function groupColumns(cluster: string): readonly Column<GroupSummary>[] {
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
      sortBy: ({ verdict, totalLag }) => urgencyOf(verdict, totalLag),
      width: '118px',
    },
    {
      id: 'lag',
      header: 'Lag, records',
      align: 'end',
      cell: ({ totalLag }) => <Quantity value={totalLag} absent="never committed" />,
      sortBy: ({ totalLag }) => totalLag,
      width: '108px',
    },
    {
      id: 'trend',
      header: 'Last 15 min',
      cell: ({ group, sparkline }) => (
        <Sparkline values={sparkline} label={`Lag of ${group} over the last 15 minutes`} />
      ),
      width: '122px',
      hiddenOn: 'narrow',
    },
    {
      id: 'state',
      header: 'State',
      cell: ({ state }) => <GroupStateBadge state={state} />,
      sortBy: ({ state }) => state,
      width: '160px',
      hiddenOn: 'narrow',
    },
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
