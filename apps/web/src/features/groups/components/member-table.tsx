import type { GroupMember } from '@odradek/contract';
import { type Column, DataTable } from '@odradek/ui/data-table';
import { EmptyState } from '@odradek/ui/empty-state';
import type { ReactNode } from 'react';

/** Who is in the group and what each member is assigned. */
export function MemberTable({
  members,
  state,
}: {
  members: readonly GroupMember[];
  state: string;
}): ReactNode {
  return (
    <DataTable
      label="Members"
      columns={columns}
      rows={members}
      rowKey={({ memberId }) => memberId}
      sort={null}
      empty={
        <EmptyState title="No members">
          The group is {state}: no consumer has joined it, or all have left. What it committed is kept.
        </EmptyState>
      }
    />
  );
}

const columns: readonly Column<GroupMember>[] = [
  { id: 'client', header: 'Client', cell: ({ clientId }) => <code>{clientId}</code> },
  { id: 'host', header: 'Host', cell: ({ host }) => <code>{host}</code> },
  { id: 'assignment', header: 'Assignment', cell: ({ assignment }) => <code>{inWords(assignment)}</code> },
  {
    id: 'member',
    header: 'Member id',
    cell: ({ memberId, instanceId }) => (
      <code title={memberId}>{instanceId === null ? memberId : `${memberId} (static: ${instanceId})`}</code>
    ),
    hiddenOn: 'medium',
  },
];

function inWords(assignment: GroupMember['assignment']): string {
  if (assignment.length === 0) return 'nothing';
  return assignment.map(({ topic, partitions }) => `${topic}: ${ranges(partitions)}`).join('; ');
}

/** `0-3, 7` for 0, 1, 2, 3, 7. */
function ranges(partitions: readonly number[]): string {
  const parts: string[] = [];
  const ordered = [...partitions].sort((left, right) => left - right);
  for (let index = 0; index < ordered.length; index += 1) {
    const first = ordered[index];
    while (ordered[index + 1] === (ordered[index] ?? 0) + 1) index += 1;
    const last = ordered[index];
    parts.push(first === last ? String(first) : `${first}-${last}`);
  }
  return parts.join(', ');
}
