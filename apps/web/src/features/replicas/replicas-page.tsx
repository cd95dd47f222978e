import type { TopicPartition } from '@odradek/contract';
import { Button } from '@odradek/ui/button';
import { PageHeader } from '@odradek/ui/page-header';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useConsole } from '../../shared/console-context.tsx';
import { brokerListOptions, replicaMatrixOptions } from '../../shared/live-lists.ts';
import { QueryView } from '../../shared/query-view.tsx';
import { useListInterval } from '../../shared/refresh.tsx';
import { useCluster } from '../../shared/use-cluster.ts';
import { ElectDialog } from './components/elect-dialog.tsx';
import { MatrixPanel } from './components/matrix-panel.tsx';
import { ReassignDialog } from './components/reassign-dialog.tsx';
import { ReassignmentsPanel } from './components/reassignments-panel.tsx';
import { useChosenPartitions } from './use-chosen-partitions.ts';

/** Which broker has what, as it changes; and the acts that change it. `events` is the feed of what happened. */
export function ReplicasPage({ events }: { events: ReactNode }): ReactNode {
  const { api } = useConsole();
  const cluster = useCluster();
  const refetchInterval = useListInterval();
  const matrix = useQuery({ ...replicaMatrixOptions(api, cluster.name), refetchInterval });
  const brokers = useQuery({ ...brokerListOptions(api, cluster.name), refetchInterval });
  const search = useSearch({ from: '/c/$cluster/replicas' });
  const navigate = useNavigate({ from: '/c/$cluster/replicas' });
  const selection = useChosenPartitions(matrix.data?.partitions, search);
  return (
    <>
      <PageHeader title="Replicas" actions={<ReplicaActs chosen={selection.partitions} />} />
      <ReassignmentsPanel cluster={cluster} />
      <QueryView query={matrix} what="the partitions" skeletonRows={8}>
        {({ partitions, checkedAt }) => (
          <MatrixPanel
            cluster={cluster}
            partitions={partitions}
            brokers={brokers.data?.brokers ?? []}
            checkedAt={checkedAt}
            filter={search.filter}
            show={search.show}
            selection={selection}
            onChange={(change) =>
              void navigate({ search: { ...search, ...change }, replace: true, resetScroll: false })
            }
          />
        )}
      </QueryView>
      {events}
    </>
  );
}

/** What can be done with the partitions chosen, or with all when none is. */
function ReplicaActs({ chosen }: { chosen: readonly TopicPartition[] }): ReactNode {
  const cluster = useCluster();
  const [open, setOpen] = useState<'elect' | 'reassign' | null>(null);
  const isReadOnly = cluster.summary?.readOnly ?? false;
  const refusal = isReadOnly ? { disabled: true, title: 'This cluster is read-only' } : {};
  const which = chosen.length === 0 ? '' : ` (${chosen.length.toLocaleString('en')})`;
  const partitions = chosen.length === 0 ? null : chosen;
  return (
    <>
      <Button {...refusal} onClick={() => setOpen('elect')}>
        Elect preferred leaders{which}
      </Button>
      <Button {...refusal} onClick={() => setOpen('reassign')}>
        Reassign replicas{which}
      </Button>
      <ElectDialog
        cluster={cluster.name}
        partitions={partitions}
        open={open === 'elect'}
        onOpenChange={(isOpen) => setOpen(isOpen ? 'elect' : null)}
      />
      <ReassignDialog
        cluster={cluster.name}
        partitions={partitions}
        open={open === 'reassign'}
        onOpenChange={(isOpen) => setOpen(isOpen ? 'reassign' : null)}
      />
    </>
  );
}
