import type { Quorum, QuorumReplica } from '@odradek/contract';
import { type Column, DataTable } from '@odradek/ui/data-table';
import { EmptyState } from '@odradek/ui/empty-state';
import { Facts } from '@odradek/ui/facts';
import { Freshness, StaleMarker } from '@odradek/ui/freshness';
import { Notice } from '@odradek/ui/notice';
import { PageHeader } from '@odradek/ui/page-header';
import { Panel } from '@odradek/ui/panel';
import { Quantity } from '@odradek/ui/quantity';
import { RelativeTime } from '@odradek/ui/relative-time';
import { StatusBadge, type Tone } from '@odradek/ui/status-badge';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useConsole } from '../../shared/console-context.tsx';
import { quorumOptions } from '../../shared/live-lists.ts';
import { NeverReached } from '../../shared/never-reached.tsx';
import { QueryView } from '../../shared/query-view.tsx';
import { useListInterval } from '../../shared/refresh.tsx';
import { staleAfterMs } from '../../shared/staleness.ts';
import { useCluster } from '../../shared/use-cluster.ts';
import styles from './quorum-page.module.css';
import { type ReplicaHealth, replicaHealth } from './replica-health.ts';

/** The metadata quorum: who decides, and who is how far behind. */
export function QuorumPage(): ReactNode {
  const { api } = useConsole();
  const { name } = useCluster();
  const query = useQuery({ ...quorumOptions(api, name), refetchInterval: useListInterval() });
  return (
    <>
      <PageHeader title="Quorum" />
      <QueryView query={query} what="the quorum" skeletonRows={4}>
        {(quorum) => <QuorumBody quorum={quorum} />}
      </QueryView>
    </>
  );
}

function QuorumBody({ quorum }: { quorum: Quorum }): ReactNode {
  const { sampleIntervalMs } = useCluster();
  const age = { checkedAt: quorum.checkedAt, staleAfterMs: staleAfterMs(sampleIntervalMs) };
  if (quorum.checkedAt === null) return <NeverReached />;
  if (quorum.state === 'not-kraft') {
    return (
      <EmptyState title="This cluster has no metadata quorum">
        Its brokers keep their metadata in ZooKeeper, or are no Apache Kafka.
      </EmptyState>
    );
  }
  if (quorum.state === 'not-told') {
    return (
      <EmptyState title="The quorum is not told">
        The cluster answers <code>{quorum.error}</code>. The console’s user may need DESCRIBE on the cluster,
        or there is no leader that could answer at this moment.
      </EmptyState>
    );
  }
  return (
    <>
      {quorum.state === 'no-leader' && (
        <Notice tone="critical">
          <strong>The quorum has no leader.</strong> Nothing about the cluster can be changed, and no
          partition gets another leader, until a majority of the voters is back.
        </Notice>
      )}
      <Freshness {...age}>
        <QuorumFacts quorum={quorum} />
      </Freshness>
      <Panel title="Replicas of the metadata log" aside={<StaleMarker {...age} />} flush>
        <Freshness {...age}>
          <DataTable
            label="Replicas of the metadata log"
            columns={columnsFor(quorum)}
            rows={quorum.replicas}
            rowKey={({ id, directoryId }) => `${id} ${directoryId}`}
            sort={null}
            empty={
              <EmptyState title="No replica is told">
                The leader names neither voters nor observers.
              </EmptyState>
            }
          />
        </Freshness>
      </Panel>
    </>
  );
}

function QuorumFacts({ quorum }: { quorum: Quorum }): ReactNode {
  const voters = quorum.replicas.filter(({ role }) => role !== 'observer');
  const observers = quorum.replicas.length - voters.length;
  return (
    <Facts
      label="The quorum in numbers"
      facts={[
        { term: 'Leader', value: quorum.leaderId ?? 'none', note: 'the active controller' },
        { term: 'Leader epoch', value: <Quantity value={quorum.leaderEpoch} exactly /> },
        { term: 'High watermark', value: <Quantity value={quorum.highWatermark} exactly />, note: 'records' },
        {
          term: 'Voters',
          value: voters.length,
          note: `${Math.floor(voters.length / 2) + 1} decide`,
        },
        { term: 'Observers', value: observers },
      ]}
    />
  );
}

/** Columns of what is told: directory ids and endpoints are not, where voters are a fixed list. */
function columnsFor({ replicas, checkedAt }: Quorum): readonly Column<QuorumReplica>[] {
  const hasEndpoints = replicas.some(({ endpoints }) => endpoints.length > 0);
  const hasDirectories = replicas.some(({ directoryId }) => directoryId !== null);
  return columnsAt(checkedAt ?? 0).filter(
    ({ id }) => (id !== 'endpoints' || hasEndpoints) && (id !== 'directory' || hasDirectories),
  );
}

const words: Readonly<Record<QuorumReplica['role'], string>> = {
  leader: 'Leader',
  voter: 'Voter',
  observer: 'Observer',
};
const tones: Readonly<Record<ReplicaHealth, Tone>> = {
  leads: 'ok',
  'caught up': 'ok',
  behind: 'warn',
  silent: 'critical',
  'not heard of': 'unknown',
};

const columnsAt = (at: number): readonly Column<QuorumReplica>[] => [
  { id: 'id', header: 'Node', cell: ({ id }) => <code>{id}</code>, width: '64px' },
  {
    id: 'role',
    header: 'Role',
    cell: ({ role }) => <span className={styles.role}>{words[role]}</span>,
    width: '104px',
  },
  {
    id: 'state',
    header: 'State',
    cell: (replica) => {
      const state = replicaHealth(replica, at);
      return (
        <StatusBadge tone={tones[state]} look="plain">
          {state}
        </StatusBadge>
      );
    },
  },
  {
    id: 'lag',
    header: 'Lag, records',
    align: 'end',
    cell: ({ lag }) => <Quantity value={lag} exactly absent="it has not fetched from this leader" />,
  },
  {
    id: 'caught-up',
    header: 'Caught up',
    align: 'end',
    cell: ({ role, lastCaughtUpAt }) => {
      if (role === 'leader') return 'always';
      return lastCaughtUpAt === null ? 'never seen' : <RelativeTime at={lastCaughtUpAt} />;
    },
  },
  {
    id: 'fetched',
    header: 'Last fetch',
    align: 'end',
    cell: ({ lastFetchAt }) => (lastFetchAt === null ? '–' : <RelativeTime at={lastFetchAt} />),
    hiddenOn: 'narrow',
  },
  {
    id: 'end',
    header: 'Log end offset',
    align: 'end',
    cell: ({ logEndOffset }) => <Quantity value={logEndOffset} exactly />,
    hiddenOn: 'narrow',
  },
  {
    id: 'endpoints',
    header: 'Controller listener',
    cell: ({ endpoints }) => <code>{endpoints.join(', ')}</code>,
    hiddenOn: 'medium',
  },
  {
    id: 'directory',
    header: 'Directory id',
    cell: ({ directoryId }) => <code>{directoryId ?? '–'}</code>,
    hiddenOn: 'medium',
  },
];
