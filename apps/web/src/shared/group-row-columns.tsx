import type { GroupSummary } from '@odradek/contract';
import { Sparkline } from '@odradek/ui/charts/sparkline';
import type { Column } from '@odradek/ui/data-table';
import { Quantity } from '@odradek/ui/quantity';
import { Link } from '@tanstack/react-router';
import { GroupStateBadge } from './group-state-badge.tsx';
import { VerdictBadge } from './verdict-badge.tsx';
import { urgencyOf } from './verdict-order.ts';

/** What every row about a group has; a table adds widths and what it hides. */
type GroupRow = Pick<GroupSummary, 'group' | 'verdict' | 'state'>;

/** The group's name, which leads to its page. */
export function groupNameColumn(cluster: string): Column<GroupRow> {
  return {
    id: 'group',
    header: 'Group',
    cell: ({ group }) => (
      <Link to="/c/$cluster/groups/$group" params={{ cluster, group }}>
        <code>{group}</code>
      </Link>
    ),
    sortBy: ({ group }) => group,
  };
}

/** The verdict, sorted by urgency; among equals the larger lag is the more urgent. */
export function verdictColumn<Row extends GroupRow>(lagOf: (row: Row) => number | null): Column<Row> {
  return {
    id: 'verdict',
    header: 'Verdict',
    cell: ({ verdict }) => <VerdictBadge verdict={verdict} />,
    sortBy: (row) => urgencyOf(row.verdict, lagOf(row)),
  };
}

/** A lag in records; null is a group that never committed, which is not a lag of none. */
export function lagColumn<Row extends GroupRow>(
  header: string,
  lagOf: (row: Row) => number | null,
): Column<Row> {
  return {
    id: 'lag',
    header,
    align: 'end',
    cell: (row) => <Quantity value={lagOf(row)} absent="never committed" />,
    sortBy: lagOf,
  };
}

export const groupStateColumn: Column<GroupRow> = {
  id: 'state',
  header: 'State',
  cell: ({ state }) => <GroupStateBadge state={state} />,
  sortBy: ({ state }) => state,
  hiddenOn: 'narrow',
};

export const lagTrendColumn: Column<GroupSummary> = {
  id: 'trend',
  header: 'Last 15 min',
  cell: ({ group, sparkline }) => (
    <Sparkline values={sparkline} label={`Lag of ${group} over the last 15 minutes`} />
  ),
  hiddenOn: 'narrow',
};
