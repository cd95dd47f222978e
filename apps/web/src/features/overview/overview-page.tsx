import type { Overview } from '@odradek/contract';
import { Facts } from '@odradek/ui/facts';
import { Freshness, StaleMarker } from '@odradek/ui/freshness';
import { PageHeader } from '@odradek/ui/page-header';
import { Quantity } from '@odradek/ui/quantity';
import { StatusBadge } from '@odradek/ui/status-badge';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useConsole } from '../../shared/console-context.tsx';
import { overviewOptions } from '../../shared/live-lists.ts';
import { QueryView } from '../../shared/query-view.tsx';
import { useListInterval } from '../../shared/refresh.tsx';
import { staleAfterMs } from '../../shared/staleness.ts';
import { useCluster } from '../../shared/use-cluster.ts';
import { ConditionList } from './components/condition-list.tsx';
import { ConnectPanel } from './components/connect-panel.tsx';
import { DemoPanel } from './components/demo-panel.tsx';
import { GroupsByLag } from './components/groups-by-lag.tsx';

/** Is anything wrong? Then what the cluster is, what happened to it (`events`), who lags, and how to reach it. */
export function OverviewPage({ events }: { events: ReactNode }): ReactNode {
  const { api } = useConsole();
  const { name } = useCluster();
  const query = useQuery({ ...overviewOptions(api, name), refetchInterval: useListInterval() });
  return (
    <>
      <PageHeader title="Overview" badges={query.data && <ClusterBadges overview={query.data} />} />
      <QueryView query={query} what="the overview">
        {(overview) => <OverviewBody overview={overview} events={events} />}
      </QueryView>
    </>
  );
}

function OverviewBody({ overview, events }: { overview: Overview; events: ReactNode }): ReactNode {
  const { cluster, conditions, checkedAt } = overview;
  const age = { checkedAt, staleAfterMs: staleAfterMs(cluster.sampleIntervalMs) };
  const isEmpty = checkedAt !== null && overview.counts.topics === 0 && overview.counts.groups === 0;
  return (
    <>
      <Freshness {...age}>
        <ConditionList
          cluster={cluster.name}
          conditions={conditions}
          age={<StaleMarker {...age} />}
          checked={checkedAt !== null}
        />
        <ClusterFacts overview={overview} />
      </Freshness>
      {checkedAt !== null && !isEmpty && <GroupsByLag cluster={cluster.name} />}
      {cluster.managed && <DemoPanel cluster={cluster.name} invite={isEmpty} />}
      {checkedAt !== null && !isEmpty && events}
      <ConnectPanel bootstrap={cluster.bootstrap} isEmpty={isEmpty} />
    </>
  );
}

function ClusterBadges({ overview: { cluster } }: { overview: Overview }): ReactNode {
  return (
    <>
      {cluster.managed && <StatusBadge tone="ok">Managed here</StatusBadge>}
      {cluster.readOnly && <StatusBadge tone="unknown">Read-only</StatusBadge>}
    </>
  );
}

function ClusterFacts({ overview }: { overview: Overview }): ReactNode {
  const { counts, totalLag, recordsInPerSecond, controllerId, checkedAt } = overview;
  // A cluster that was never reached has not zero of anything.
  const seen = (count: number) => <Quantity value={checkedAt === null ? null : count} />;
  return (
    <Facts
      label="The cluster in numbers"
      facts={[
        {
          term: 'Brokers',
          value: seen(counts.brokers),
          note: controllerId !== null && `controller ${controllerId}`,
        },
        {
          term: 'Topics',
          value: seen(counts.topics),
          note: counts.internalTopics > 0 && `and ${counts.internalTopics} internal`,
        },
        { term: 'Partitions', value: seen(counts.partitions) },
        { term: 'Groups', value: seen(counts.groups) },
        {
          term: 'Total lag',
          value: <Quantity value={totalLag} absent="nothing committed" />,
          note: 'records',
        },
        {
          term: 'Records in',
          value: <Quantity value={recordsInPerSecond} unit="per-second" absent="not yet measured" />,
        },
      ]}
    />
  );
}
