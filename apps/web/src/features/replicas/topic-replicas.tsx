import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { type ReactNode, useMemo } from 'react';
import { useConsole } from '../../shared/console-context.tsx';
import { brokerListOptions, replicaMatrixOptions } from '../../shared/live-lists.ts';
import { QueryView } from '../../shared/query-view.tsx';
import { useListInterval } from '../../shared/refresh.tsx';
import { useCluster } from '../../shared/use-cluster.ts';
import { MatrixPanel } from './components/matrix-panel.tsx';

/** The rows of one topic, on the topic's own page. */
export function TopicReplicas(): ReactNode {
  const { api } = useConsole();
  const cluster = useCluster();
  const { topic } = useParams({ from: '/c/$cluster/topics/$topic' });
  const search = useSearch({ from: '/c/$cluster/topics/$topic' });
  const navigate = useNavigate({ from: '/c/$cluster/topics/$topic' });
  const refetchInterval = useListInterval();
  const query = useQuery({ ...replicaMatrixOptions(api, cluster.name), refetchInterval });
  const brokers = useQuery({ ...brokerListOptions(api, cluster.name), refetchInterval });
  const all = query.data?.partitions;
  const partitions = useMemo(() => (all ?? []).filter((row) => row.topic === topic), [all, topic]);
  return (
    <QueryView query={query} what="the partitions" skeletonRows={4}>
      {({ checkedAt }) => (
        <MatrixPanel
          cluster={cluster}
          partitions={partitions}
          brokers={brokers.data?.brokers ?? []}
          checkedAt={checkedAt}
          filter={search.filter}
          show={search.show}
          onChange={(change) =>
            void navigate({ search: { ...search, ...change }, replace: true, resetScroll: false })
          }
        />
      )}
    </QueryView>
  );
}
