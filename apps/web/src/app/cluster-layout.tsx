import type { ClusterSummary } from '@odradek/contract';
import { Page } from '@odradek/ui/app-shell';
import { EmptyState } from '@odradek/ui/empty-state';
import { Notice } from '@odradek/ui/notice';
import { RelativeTime } from '@odradek/ui/relative-time';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useConsole } from '../shared/console-context.tsx';
import { clusterListOptions } from '../shared/live-lists.ts';
import { useCluster } from '../shared/use-cluster.ts';

/** What every page about one cluster has above it: whether there is such a cluster, and whether it answers. */
export function ClusterLayout(): ReactNode {
  const { api } = useConsole();
  const { isSuccess } = useQuery(clusterListOptions(api));
  const { name, summary } = useCluster();
  if (isSuccess && !summary) {
    return (
      <EmptyState title={`No cluster is called “${name}”`} action={<Link to="/">Show the clusters</Link>}>
        The console knows only the clusters it was started with.
      </EmptyState>
    );
  }
  return (
    <Page>
      {summary && <ClusterNotices summary={summary} />}
      <Outlet />
    </Page>
  );
}

function ClusterNotices({ summary }: { summary: ClusterSummary }): ReactNode {
  const { reason, commitSource, commitSourceReason } = summary;
  return (
    <>
      {reason && (
        <Notice tone="critical">
          <strong>{summary.name} cannot be reached</strong> since <RelativeTime at={reason.since} />.{' '}
          {reason.message} {remedies[reason.kind]}
        </Notice>
      )}
      {commitSource === 'polled' && (
        <Notice tone="warn">Commits are polled, not read: STALL shows as STOP. {commitSourceReason}</Notice>
      )}
    </>
  );
}

const remedies: Readonly<Record<NonNullable<ClusterSummary['reason']>['kind'], string>> = {
  dns: 'Check the spelling of the host in the bootstrap servers.',
  refused: 'Nothing listens there: is the broker running, and on that TCP port?',
  timeout: 'A firewall or a wrong address may swallow the packets.',
  tls: 'Check whether the listener speaks TLS and whether its certificate is trusted.',
  sasl: 'Check the mechanism, the user name and the password.',
  'advertised-listener':
    'The broker answers, but advertises an address that cannot be reached from here: set advertised.listeners.',
  'not-kafka': 'Something listens there, but it does not speak Kafka’s protocol.',
  unknown: '',
};
