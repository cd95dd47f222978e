import type { ActiveMembers, PlannedReset, ResetPlan } from '@odradek/contract';
import { type Column, DataTable } from '@odradek/ui/data-table';
import { Notice } from '@odradek/ui/notice';
import { formatExact, Quantity } from '@odradek/ui/quantity';
import type { ReactNode } from 'react';
import { isMove, noteTexts } from '../reset-form.ts';
import styles from './reset-plan-view.module.css';

/** What a reset would do, partition by partition, in exact offsets. */
export function ResetPlanView({ plan }: { plan: ResetPlan }): ReactNode {
  return (
    <div className={styles.plan}>
      <p>{summaryOf(plan)}</p>
      {plan.partitions.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        <section className={styles.scroll} tabIndex={0} aria-label="Preview">
          <DataTable
            label="Offsets before and after"
            columns={columns}
            rows={plan.partitions}
            rowKey={({ topic, partition }) => `${topic}-${partition}`}
            sort={null}
          />
        </section>
      )}
    </div>
  );
}

/** Who is in the way, and why that matters. */
export function ActiveNotice({ active: { state, members } }: { active: ActiveMembers }): ReactNode {
  const named = members.slice(0, 5);
  return (
    <Notice tone="warn">
      <strong>Offsets cannot be set while the group is in use.</strong> It is {state}
      {members.length > 0 && (
        <>
          , with {members.length === 1 ? '1 member' : `${members.length} members`}:{' '}
          {named.map(({ clientId, host }) => `${clientId} on ${host.replace(/^\//, '')}`).join(', ')}
          {members.length > named.length && ' and others'}
        </>
      )}
      . Members go on from where they are and would commit over what is set here. Stop them all, then look
      again.
    </Notice>
  );
}

function summaryOf({ changes, partitions, recordsAgain, recordsSkipped }: ResetPlan): string {
  if (partitions.length === 0) {
    return 'The group has committed nothing. Name topics to set its first offsets there.';
  }
  if (changes === 0)
    return 'Every partition here is there already, or stays where it is: nothing would change.';
  const parts = [
    changes === 1 ? '1 offset changes' : `${formatExact(changes)} offsets change`,
    recordsAgain > 0 && `${formatExact(recordsAgain)} records are read again`,
    recordsSkipped > 0 && `${formatExact(recordsSkipped)} records are skipped and never read`,
  ];
  return `${parts.filter(Boolean).join('; ')}.`;
}

const columns: readonly Column<PlannedReset>[] = [
  {
    id: 'partition',
    header: 'Partition',
    cell: ({ topic, partition }) => <code>{`${topic}-${partition}`}</code>,
  },
  {
    id: 'before',
    header: 'Before',
    align: 'end',
    cell: ({ before }) => <Quantity value={before} exactly absent="never committed" />,
  },
  {
    id: 'after',
    header: 'After',
    align: 'end',
    cell: (row) =>
      isMove(row) ? (
        <strong>
          <Quantity value={row.after} exactly />
        </strong>
      ) : (
        <span className={styles.same}>stays</span>
      ),
  },
  {
    id: 'change',
    header: 'Change',
    align: 'end',
    cell: ({ before, after }) => (before === null || after === null ? '' : changeText(after - before)),
    hiddenOn: 'narrow',
  },
  {
    id: 'lag',
    header: 'Lag after',
    align: 'end',
    cell: ({ before, after, end }) => {
      const at = after ?? before;
      return <Quantity value={at === null || end === null ? null : Math.max(0, end - at)} exactly />;
    },
  },
  {
    id: 'note',
    header: 'Note',
    cell: ({ note }) => (note === null ? '' : noteTexts[note]),
    hiddenOn: 'narrow',
  },
];

function changeText(change: number): string {
  if (change === 0) return '0';
  return change > 0 ? `+${formatExact(change)}` : `−${formatExact(-change)}`;
}
