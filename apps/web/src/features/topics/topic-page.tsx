import type { TopicDetail } from '@odradek/contract';
import { Facts } from '@odradek/ui/facts';
import { Freshness, StaleMarker } from '@odradek/ui/freshness';
import { PageHeader } from '@odradek/ui/page-header';
import { Panel } from '@odradek/ui/panel';
import { Quantity } from '@odradek/ui/quantity';
import { StatusBadge } from '@odradek/ui/status-badge';
import { Tabs } from '@odradek/ui/tabs';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useConsole } from '../../shared/console-context.tsx';
import { QueryView } from '../../shared/query-view.tsx';
import { useDetailInterval } from '../../shared/refresh.tsx';
import { staleAfterMs } from '../../shared/staleness.ts';
import { useCluster } from '../../shared/use-cluster.ts';
import { ConfigTable } from './components/config-table.tsx';
import { MessageEstimate } from './components/message-estimate.tsx';
import { PartitionTable } from './components/partition-table.tsx';
import { ReaderTable } from './components/reader-table.tsx';
import { healthOf } from './model.ts';
import { topicDetailOptions } from './queries.ts';

export interface TopicPageProps {
  /** The view of the topic's records. */
  records: ReactNode;
  /** The matrix of the topic's partitions and the brokers. */
  replicas: ReactNode;
  /** The act of writing one. */
  produce: ReactNode;
}

/** One topic: where its partitions are, what it holds, who reads it, how it is configured. */
export function TopicPage({ records, replicas, produce }: TopicPageProps): ReactNode {
  const { api } = useConsole();
  const { name, sampleIntervalMs } = useCluster();
  const { topic } = useParams({ from: '/c/$cluster/topics/$topic' });
  const query = useQuery({
    ...topicDetailOptions(api, name, topic),
    refetchInterval: useDetailInterval(sampleIntervalMs),
  });
  return (
    <>
      <PageHeader
        title={topic}
        identifier
        trail={
          <Link to="/c/$cluster/topics" params={{ cluster: name }}>
            Topics
          </Link>
        }
        badges={query.data && <TopicBadges topic={query.data} sampleIntervalMs={sampleIntervalMs} />}
        actions={produce}
      />
      <QueryView query={query} what="the topic">
        {(detail) => (
          <TopicBody
            topic={detail}
            records={records}
            replicas={replicas}
            sampleIntervalMs={sampleIntervalMs}
          />
        )}
      </QueryView>
    </>
  );
}

interface TopicBadgesProps {
  topic: TopicDetail;
  sampleIntervalMs: number;
}

function TopicBadges({ topic, sampleIntervalMs }: TopicBadgesProps): ReactNode {
  const { tone, word } = healthOf(topic);
  return (
    <Freshness checkedAt={topic.checkedAt} staleAfterMs={staleAfterMs(sampleIntervalMs)}>
      <StatusBadge tone={tone}>{word}</StatusBadge>
      {topic.internal && <StatusBadge tone="unknown">Internal</StatusBadge>}
    </Freshness>
  );
}

interface TopicBodyProps {
  topic: TopicDetail;
  records: ReactNode;
  replicas: ReactNode;
  sampleIntervalMs: number;
}

function TopicBody({ topic, records, replicas, sampleIntervalMs }: TopicBodyProps): ReactNode {
  const { tab = 'partitions' } = useSearch({ from: '/c/$cluster/topics/$topic' });
  const navigate = useNavigate({ from: '/c/$cluster/topics/$topic' });
  const age = { checkedAt: topic.checkedAt, staleAfterMs: staleAfterMs(sampleIntervalMs) };
  return (
    <>
      <Freshness {...age}>
        <TopicFacts topic={topic} />
      </Freshness>
      <Tabs
        label="Topic"
        selected={tab}
        onSelect={(next) => void navigate({ search: { tab: next }, resetScroll: false })}
        tabs={[
          {
            id: 'partitions',
            label: 'Partitions',
            count: topic.partitions,
            content: (
              <Panel title="Partitions" aside={<StaleMarker {...age} />} flush>
                <Freshness {...age}>
                  <PartitionTable partitions={topic.partitionDetails} />
                </Freshness>
              </Panel>
            ),
          },
          { id: 'replicas', label: 'Replicas', content: replicas },
          { id: 'records', label: 'Records', content: records },
          {
            id: 'groups',
            label: 'Groups',
            count: topic.readers.length,
            content: (
              <Panel title="Groups that read this topic" aside={<StaleMarker {...age} />} flush>
                <Freshness {...age}>
                  <ReaderTable readers={topic.readers} />
                </Freshness>
              </Panel>
            ),
          },
          { id: 'configs', label: 'Configs', content: <ConfigTable topic={topic.name} /> },
        ]}
      />
    </>
  );
}

function TopicFacts({ topic }: { topic: TopicDetail }): ReactNode {
  return (
    <Facts
      label="The topic in numbers"
      facts={[
        { term: 'Partitions', value: <Quantity value={topic.partitions} /> },
        { term: 'Replication', value: topic.replicationFactor },
        { term: 'Messages', value: <MessageEstimate topic={topic} /> },
        {
          term: 'Records in',
          value: <Quantity value={topic.recordsInPerSecond} unit="per-second" absent="not yet measured" />,
        },
        {
          term: 'Size',
          value: <Quantity value={topic.sizeBytes} unit="bytes" />,
          note: 'of the leaders’ logs',
        },
        { term: 'Read by', value: <Quantity value={topic.readers.length} />, note: 'groups' },
      ]}
    />
  );
}
