import type { PlannedBroker, PlannedMove, ReassignmentPlan } from '@odradek/contract';
import { type Column, DataTable } from '@odradek/ui/data-table';
import { Facts } from '@odradek/ui/facts';
import { Notice } from '@odradek/ui/notice';
import { formatExact, Quantity } from '@odradek/ui/quantity';
import { formatAge } from '@odradek/ui/relative-time';
import type { ReactNode } from 'react';
import { leastDurationMs } from '../reassign-form.ts';
import { BeforeAfter } from './before-after.tsx';
import styles from './dialogs.module.css';

/** What a plan moves and what it means: amounts first, then brokers before and after, then each partition. */
export function PlanView({
  plan,
  bytesPerSecond,
}: {
  plan: ReassignmentPlan;
  bytesPerSecond: number | null;
}): ReactNode {
  if (plan.moves.length === 0) {
    return (
      <Notice tone="ok">
        Nothing has to move:{' '}
        {plan.partitions === 1 ? 'the partition is' : `all ${formatExact(plan.partitions)} partitions are`}{' '}
        where this plan would put them.
      </Notice>
    );
  }
  return (
    <div className={styles.part}>
      <PlanFacts plan={plan} bytesPerSecond={bytesPerSecond} />
      {plan.unknownSizes > 0 && (
        <Notice tone="warn">
          The size of {formatExact(plan.unknownSizes)} of the partitions is not known; more will be copied
          than is counted here.
        </Notice>
      )}
      <RackNotice violations={plan.rackViolations} />
      <DataTable
        label="Brokers before and after"
        columns={brokerColumns}
        rows={plan.brokers}
        rowKey={({ id }) => String(id)}
        sort={null}
      />
      <details>
        <summary>Each partition, before and after</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
        <section className={styles.moves} aria-label="Moves" tabIndex={0}>
          <DataTable
            label="Moves"
            columns={moveColumns}
            rows={plan.moves.slice(0, MOVES_SHOWN_MAX)}
            rowKey={({ topic, partition }) => `${topic}-${partition}`}
            sort={null}
          />
        </section>
        {plan.moves.length > MOVES_SHOWN_MAX && (
          <p className={styles.hint}>
            The first {formatExact(MOVES_SHOWN_MAX)} of {formatExact(plan.moves.length)}.
          </p>
        )}
      </details>
    </div>
  );
}

const MOVES_SHOWN_MAX = 100;

function PlanFacts({
  plan,
  bytesPerSecond,
}: {
  plan: ReassignmentPlan;
  bytesPerSecond: number | null;
}): ReactNode {
  const duration = leastDurationMs(plan, bytesPerSecond);
  return (
    <Facts
      label="The plan in numbers"
      facts={[
        {
          term: 'Partitions',
          value: <Quantity value={plan.moves.length} />,
          note: `of ${formatExact(plan.partitions)}`,
        },
        { term: 'Replicas to copy', value: <Quantity value={plan.replicasToCopy} /> },
        { term: 'Bytes to copy', value: <Quantity value={plan.bytesToCopy} unit="bytes" /> },
        {
          term: 'At least',
          value: duration === null ? '–' : formatAge(Math.ceil(duration / 1000) * 1000),
          note: bytesPerSecond === null ? 'no throttle' : 'at this throttle',
        },
      ]}
    />
  );
}

function RackNotice({ violations }: { violations: ReassignmentPlan['rackViolations'] }): ReactNode {
  if (violations === null) return null;
  const { before, after } = violations;
  if (after === 0) {
    const healed = before === 0 ? '' : ` ${formatExact(before)} did before.`;
    return (
      <Notice tone="ok">Racks are kept apart: no partition has two replicas in one rack.{healed}</Notice>
    );
  }
  return (
    <Notice tone="warn">
      {formatExact(after)} {after === 1 ? 'partition has' : 'partitions have'} two replicas in one rack after
      this ({formatExact(before)} before): the brokers chosen are in too few racks.
    </Notice>
  );
}

const brokerColumns: readonly Column<PlannedBroker>[] = [
  {
    id: 'broker',
    header: 'Broker',
    cell: ({ id, rack }) => (
      <>
        <code>{id}</code> {rack && <span className={styles.hint}>{rack}</span>}
      </>
    ),
  },
  { id: 'leaders', header: 'Leads', align: 'end', cell: ({ leaders }) => <BeforeAfter {...leaders} /> },
  {
    id: 'preferred',
    header: 'Preferred leader of',
    align: 'end',
    hiddenOn: 'narrow',
    cell: ({ preferredLeaders }) => <BeforeAfter {...preferredLeaders} />,
  },
  { id: 'replicas', header: 'Replicas', align: 'end', cell: ({ replicas }) => <BeforeAfter {...replicas} /> },
  {
    id: 'bytes',
    header: 'Receives',
    align: 'end',
    cell: ({ bytesIn }) => <Quantity value={bytesIn} unit="bytes" />,
  },
];

const moveColumns: readonly Column<PlannedMove>[] = [
  {
    id: 'partition',
    header: 'Partition',
    cell: ({ topic, partition }) => <code>{`${topic}-${partition}`}</code>,
  },
  { id: 'before', header: 'Before', cell: ({ before }) => <code>{before.join(', ')}</code> },
  { id: 'after', header: 'After', cell: ({ after }) => <code>{after.join(', ')}</code> },
  {
    id: 'bytes',
    header: 'Copies',
    align: 'end',
    cell: ({ bytesToCopy }) => <Quantity value={bytesToCopy} unit="bytes" absent="size not known" />,
  },
];
