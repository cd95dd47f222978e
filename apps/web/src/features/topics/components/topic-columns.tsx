import type { TopicSummary } from '@odradek/contract';
import type { Column } from '@odradek/ui/data-table';
import { StatusBadge } from '@odradek/ui/status-badge';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { VerdictBadge } from '../../../shared/verdict-badge.tsx';
import { urgencyOf } from '../../../shared/verdict-order.ts';
import { healthOf, worstReader } from '../model.ts';
import { MessageEstimate } from './message-estimate.tsx';
import { recordsInColumn, sizeColumn } from './traffic-columns.tsx';

export function topicColumns(cluster: string): readonly Column<TopicSummary>[] {
  return [
    {
      id: 'name',
      header: 'Topic',
      cell: ({ name }) => (
        <Link to="/c/$cluster/topics/$topic" params={{ cluster, topic: name }}>
          <code>{name}</code>
        </Link>
      ),
      sortBy: ({ name }) => name,
    },
    {
      id: 'health',
      header: 'Health',
      cell: (topic) => {
        const { tone, word } = healthOf(topic);
        return (
          <StatusBadge tone={tone} look="plain">
            {word}
          </StatusBadge>
        );
      },
      sortBy: ({ leaderless, underReplicated }) => leaderless * 1_000_000 + underReplicated,
      width: '160px',
    },
    {
      id: 'partitions',
      header: 'Partitions',
      align: 'end',
      cell: ({ partitions, replicationFactor }) => (
        <span title={`${partitions} partitions, ${replicationFactor} replicas of each`}>
          {partitions} × {replicationFactor}
        </span>
      ),
      sortBy: ({ partitions }) => partitions,
      width: '100px',
    },
    {
      id: 'messages',
      header: 'Messages',
      align: 'end',
      cell: (topic) => <MessageEstimate topic={topic} />,
      sortBy: ({ messageEstimate }) => messageEstimate,
      width: '136px',
      hiddenOn: 'narrow',
    },
    { ...recordsInColumn, width: '104px', hiddenOn: 'narrow' },
    { ...sizeColumn, width: '96px' },
    {
      id: 'readers',
      header: 'Read by',
      cell: (topic) => <Readers topic={topic} />,
      sortBy: ({ readers }) => {
        const worst = worstReader(readers);
        return worst && urgencyOf(worst.verdict, worst.lag);
      },
      width: '150px',
      hiddenOn: 'medium',
    },
  ];
}

function Readers({ topic: { readers } }: { topic: TopicSummary }): ReactNode {
  const worst = worstReader(readers);
  if (!worst) return <span aria-hidden="true">–</span>;
  return (
    <>
      <VerdictBadge verdict={worst.verdict} /> {readers.length === 1 ? '1 group' : `${readers.length} groups`}
    </>
  );
}
