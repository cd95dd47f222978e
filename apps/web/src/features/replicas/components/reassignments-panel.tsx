import type { ActiveReassignment, ReassignmentStatus, TopicPartition } from '@odradek/contract';
import { Button } from '@odradek/ui/button';
import { type Column, DataTable } from '@odradek/ui/data-table';
import { Notice } from '@odradek/ui/notice';
import { Panel } from '@odradek/ui/panel';
import { Progress } from '@odradek/ui/progress';
import { formatExact, formatShort } from '@odradek/ui/quantity';
import { useAnnounce } from '@odradek/ui/toast';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useMemo } from 'react';
import { useConsole } from '../../../shared/console-context.tsx';
import { useDetailInterval } from '../../../shared/refresh.tsx';
import { RefusalNotice } from '../../../shared/refusal-notice.tsx';
import type { CurrentCluster } from '../../../shared/use-cluster.ts';
import { reassignmentStatusOptions, useCancelReassignment, useReplicationThrottle } from '../queries.ts';
import styles from './dialogs.module.css';

/** What is moving at this moment and how far it is; nothing to see while nothing moves and no throttle is left over. */
export function ReassignmentsPanel({ cluster }: { cluster: CurrentCluster }): ReactNode {
  const { api } = useConsole();
  const { data } = useQuery({
    ...reassignmentStatusOptions(api, cluster.name),
    refetchInterval: useDetailInterval(cluster.sampleIntervalMs),
  });
  if (!data) return null;
  const hasThrottle = data.throttle.brokers.length + data.throttle.topics.length > 0;
  if (data.active.length === 0 && !hasThrottle) return null;
  return <Moving cluster={cluster} status={data} hasThrottle={hasThrottle} />;
}

interface MovingProps {
  cluster: CurrentCluster;
  status: ReassignmentStatus;
  hasThrottle: boolean;
}

function Moving({ cluster, status, hasThrottle }: MovingProps): ReactNode {
  const isReadOnly = cluster.summary?.readOnly ?? false;
  const { active } = status;
  const columns = useMemo(
    () => [...moveColumns, cancelColumn(cluster.name, isReadOnly)],
    [cluster.name, isReadOnly],
  );
  const title =
    active.length === 1 ? '1 partition is moving' : `${formatExact(active.length)} partitions are moving`;
  return (
    <Panel
      title={active.length === 0 ? 'Nothing moves' : title}
      flush
      aside={
        active.length > 0 && (
          <CancelButton cluster={cluster.name} partitions={null} disabled={isReadOnly}>
            Cancel all
          </CancelButton>
        )
      }
    >
      {active.length > 0 && <Total active={active} />}
      {hasThrottle && <ThrottleLine cluster={cluster} status={status} isReadOnly={isReadOnly} />}
      {active.length > 0 && (
        <DataTable
          label="Reassignments under way"
          columns={columns}
          rows={active}
          rowKey={({ topic, partition }) => `${topic}-${partition}`}
          sort={null}
        />
      )}
    </Panel>
  );
}

interface CancelButtonProps {
  cluster: string;
  /** Null: all that are under way. */
  partitions: TopicPartition[] | null;
  disabled: boolean;
  children: string;
}

function CancelButton({ cluster, partitions, disabled, children }: CancelButtonProps): ReactNode {
  const announce = useAnnounce();
  const cancel = useCancelReassignment(cluster);
  const giveUp = () =>
    cancel.mutate(
      { partitions },
      {
        onSuccess: ({ accepted }) =>
          announce({
            tone: 'ok',
            title:
              accepted === 1 ? '1 reassignment was cancelled' : `${accepted} reassignments were cancelled`,
          }),
        onError: (error) =>
          announce({ tone: 'critical', title: 'It could not be cancelled', detail: error.message }),
      },
    );
  return (
    <Button
      kind={partitions === null ? 'secondary' : 'quiet'}
      disabled={disabled}
      busy={cancel.isPending}
      onClick={giveUp}
    >
      {children}
    </Button>
  );
}

function cancelColumn(cluster: string, isReadOnly: boolean): Column<ActiveReassignment> {
  return {
    id: 'cancel',
    header: '',
    align: 'end',
    cell: ({ topic, partition }) => (
      <CancelButton cluster={cluster} partitions={[{ topic, partition }]} disabled={isReadOnly}>
        Cancel
      </CancelButton>
    ),
  };
}

/** All of them together. */
function Total({ active }: { active: readonly ActiveReassignment[] }): ReactNode {
  const known = active.every(({ bytesTotal }) => bytesTotal !== null);
  const sum = (of: (one: ActiveReassignment) => number | null) =>
    active.reduce((total, one) => total + (of(one) ?? 0), 0);
  const [total, copied] = [sum(({ bytesTotal }) => bytesTotal), sum(({ bytesCopied }) => bytesCopied)];
  const left = sum(({ replicasLeft }) => replicasLeft);
  return (
    <div className={styles.total}>
      <Progress label="All reassignments" share={known ? share(copied, total) : null}>
        {formatExact(left)} {left === 1 ? 'replica' : 'replicas'} left
        {known && (
          <>
            , <span title={formatExact(total - copied, 'bytes')}>{formatShort(total - copied, 'bytes')}</span>{' '}
            to copy
          </>
        )}
      </Progress>
    </div>
  );
}

function ThrottleLine({
  cluster,
  status: { active, throttle },
  isReadOnly,
}: Omit<MovingProps, 'hasThrottle'> & { isReadOnly: boolean }): ReactNode {
  const change = useReplicationThrottle(cluster.name);
  const rates = throttle.brokers.map(({ bytesPerSecond }) => bytesPerSecond).filter((rate) => rate !== null);
  const lowest = rates.length === 0 ? null : Math.min(...rates);
  return (
    <div className={styles.total}>
      <Notice tone={active.length === 0 ? 'warn' : 'unknown'}>
        {lowest === null
          ? 'Topics name throttled replicas, but no broker has a rate.'
          : `Replication is throttled to ${formatShort(lowest, 'bytes')}/s on ${throttle.brokers.length} ${throttle.brokers.length === 1 ? 'broker' : 'brokers'}.`}{' '}
        {active.length === 0 && 'Nothing moves any more, so the throttle can go. '}
        <Button
          kind="quiet"
          disabled={isReadOnly}
          busy={change.isPending}
          onClick={() => change.mutate({ bytesPerSecond: null })}
        >
          Remove the throttle
        </Button>
      </Notice>
      {change.error && <RefusalNotice error={change.error} />}
    </div>
  );
}

const moveColumns: readonly Column<ActiveReassignment>[] = [
  {
    id: 'partition',
    header: 'Partition',
    cell: ({ topic, partition }) => <code>{`${topic}-${partition}`}</code>,
  },
  {
    id: 'change',
    header: 'Change',
    cell: ({ adding, removing }) =>
      [adding.length > 0 && `+ ${adding.join(', ')}`, removing.length > 0 && `− ${removing.join(', ')}`]
        .filter(Boolean)
        .join('  '),
  },
  {
    id: 'progress',
    header: 'Copied',
    cell: ({ topic, partition, bytesTotal, bytesCopied, replicasLeft }) => (
      <Progress
        label={`Progress of ${topic}-${partition}`}
        share={replicasLeft === 0 ? 1 : share(bytesCopied, bytesTotal)}
      >
        {bytesTotal === null || bytesCopied === null
          ? 'size not known'
          : `${formatShort(bytesCopied, 'bytes')} of ${formatShort(bytesTotal, 'bytes')}`}
      </Progress>
    ),
  },
];

/** Of nothing, nothing is left to copy: what remains is to be taken into the ISR, for which there is no measure. */
function share(done: number | null, total: number | null): number | null {
  return done === null || total === null || total === 0 ? null : done / total;
}
