import type { GroupDetail, GroupMember } from '@odradek/contract';
import { type Column, DataTable } from '@odradek/ui/data-table';
import { EmptyState } from '@odradek/ui/empty-state';
import { Quantity } from '@odradek/ui/quantity';
import { StatusBadge } from '@odradek/ui/status-badge';
import { type ReactNode, useMemo } from 'react';
import { assignmentDifference, assignmentText } from '../model.ts';
import styles from './member-table.module.css';

/** Who is in the group, what each member has, and what it is yet to get or to give up. */
export function MemberTable({ group }: { group: GroupDetail }): ReactNode {
  const { groupEpoch, memberDetails, notDescribed, state } = group;
  const columns = useMemo(
    () => (groupEpoch === null ? classicColumns : [clientColumn, epochColumn(groupEpoch), ...otherColumns]),
    [groupEpoch],
  );
  return (
    <DataTable
      label="Members"
      columns={columns}
      rows={memberDetails}
      rowKey={({ memberId }) => memberId}
      sort={null}
      empty={
        notDescribed === null ? (
          <EmptyState title="No members">
            The group is {state}: no consumer has joined it, or all have left. What it committed is kept.
          </EmptyState>
        ) : (
          <EmptyState title="Members are not told">{notDescribed}</EmptyState>
        )
      }
    />
  );
}

const clientColumn: Column<GroupMember> = {
  id: 'client',
  header: 'Client',
  cell: ({ clientId, protocol, instanceId }) => (
    <>
      <code>{clientId}</code>
      {instanceId !== null && <span className={styles.aside}>static: {instanceId}</span>}
      {protocol === 'classic' && <span className={styles.aside}>speaks the classic protocol</span>}
    </>
  ),
};

const otherColumns: readonly Column<GroupMember>[] = [
  {
    id: 'assignment',
    header: 'Assignment',
    cell: (member) => <Assignment member={member} />,
  },
  {
    id: 'host',
    header: 'Host',
    cell: ({ host, rack }) => (
      <>
        <code>{host}</code>
        {rack !== null && rack !== '' && <span className={styles.aside}>rack {rack}</span>}
      </>
    ),
    hiddenOn: 'narrow',
  },
  {
    id: 'member',
    header: 'Member id',
    cell: ({ memberId }) => <code title={memberId}>{memberId}</code>,
    hiddenOn: 'medium',
  },
];

const classicColumns = [clientColumn, ...otherColumns];

/** A member that has not reached the group's epoch has not done yet what the last rebalance wants of it. */
function epochColumn(groupEpoch: number): Column<GroupMember> {
  return {
    id: 'epoch',
    header: 'Epoch',
    align: 'end',
    width: '92px',
    cell: ({ memberEpoch }) =>
      memberEpoch !== null && memberEpoch !== groupEpoch ? (
        <StatusBadge tone="warn" look="plain">
          {memberEpoch < 0 ? 'away' : `${memberEpoch} of ${groupEpoch}`}
        </StatusBadge>
      ) : (
        <Quantity value={memberEpoch} exactly />
      ),
  };
}

function Assignment({ member }: { member: GroupMember }): ReactNode {
  const { gets, givesUp } = assignmentDifference(member);
  return (
    <>
      <code>{assignmentText(member.assignment)}</code>
      {gets.length > 0 && (
        <span className={styles.aside}>
          is to get <code>{assignmentText(gets)}</code>
        </span>
      )}
      {givesUp.length > 0 && (
        <span className={styles.aside}>
          is to give up <code>{assignmentText(givesUp)}</code>
        </span>
      )}
    </>
  );
}
