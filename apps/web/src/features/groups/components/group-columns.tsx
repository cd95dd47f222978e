import type { GroupSummary, GroupType } from '@odradek/contract';
import { Sparkline } from '@odradek/ui/charts/sparkline';
import type { Column } from '@odradek/ui/data-table';
import { Quantity } from '@odradek/ui/quantity';
import { RelativeTime } from '@odradek/ui/relative-time';
import { Link } from '@tanstack/react-router';
import { GroupStateBadge } from '../../../shared/group-state-badge.tsx';
import { severityOf, VerdictBadge } from '../../../shared/verdict-badge.tsx';

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
      sortBy: ({ verdict, totalLag }) => severityOf(verdict) * 2 ** 40 + Math.min(totalLag ?? 0, 2 ** 39),
      width: '122px',
    },
    {
      id: 'lag',
      header: 'Lag, records',
      align: 'end',
      cell: ({ totalLag }) => <Quantity value={totalLag} absent="never committed" />,
      sortBy: ({ totalLag }) => totalLag,
      width: '116px',
    },
    {
      id: 'trend',
      header: 'Last 15 min',
      cell: ({ group, sparkline }) => (
        <Sparkline values={sparkline} label={`Lag of ${group} over the last 15 minutes`} />
      ),
      width: '124px',
      hiddenOn: 'narrow',
    },
    {
      id: 'state',
      header: 'State',
      cell: ({ state }) => <GroupStateBadge state={state} />,
      sortBy: ({ state }) => state,
      width: '150px',
      hiddenOn: 'narrow',
    },
    {
      id: 'type',
      header: 'Type',
      cell: ({ type }) => groupTypes[type],
      sortBy: ({ type }) => type,
      width: '100px',
      hiddenOn: 'medium',
    },
    {
      id: 'members',
      header: 'Members',
      align: 'end',
      cell: ({ members }) => <Quantity value={members} />,
      sortBy: ({ members }) => members,
      width: '96px',
      hiddenOn: 'narrow',
    },
    {
      id: 'topics',
      header: 'Topics',
      cell: ({ topics }) => (
        <code title={topics.join(', ')}>
          {topics.length > 2 ? `${topics.length} topics` : topics.join(', ')}
        </code>
      ),
      hiddenOn: 'medium',
    },
    {
      id: 'last',
      header: 'Last commit',
      align: 'end',
      cell: ({ lastCommitAt }) => (lastCommitAt === null ? 'never' : <RelativeTime at={lastCommitAt} />),
      sortBy: ({ lastCommitAt }) => lastCommitAt,
      width: '112px',
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
