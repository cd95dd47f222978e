import type { Broker, PartitionReplicas } from '@odradek/contract';
import { Button } from '@odradek/ui/button';
import { EmptyState } from '@odradek/ui/empty-state';
import { Freshness, StaleMarker } from '@odradek/ui/freshness';
import { Panel } from '@odradek/ui/panel';
import { ReplicaLegend, ReplicaMatrix, type ReplicaMatrixProps } from '@odradek/ui/replica-matrix';
import { SearchField } from '@odradek/ui/search-field';
import { Segmented } from '@odradek/ui/segmented';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useMemo } from 'react';
import { NeverReached } from '../../../shared/never-reached.tsx';
import { staleAfterMs } from '../../../shared/staleness.ts';
import type { CurrentCluster } from '../../../shared/use-cluster.ts';
import {
  filterCounts,
  filterPartitions,
  type MatrixFilter,
  matrixBrokers,
  matrixFilters,
  rowMaker,
} from '../matrix-rows.ts';
import styles from './matrix-panel.module.css';

export interface MatrixPanelProps {
  cluster: CurrentCluster;
  partitions: readonly PartitionReplicas[];
  brokers: readonly Broker[];
  checkedAt: number | null;
  filter: string | undefined;
  show: MatrixFilter | undefined;
  onChange: (change: { filter?: string | undefined; show?: MatrixFilter | undefined }) => void;
  selection?: ReplicaMatrixProps['selection'];
}

const labels: Readonly<Record<MatrixFilter, string>> = {
  unhealthy: 'Unhealthy',
  leaderless: 'Leaderless',
  moving: 'Moving',
  'not-preferred': 'Not preferred',
};

/** The matrix with what narrows it, and what its shapes mean. */
export function MatrixPanel(props: MatrixPanelProps): ReactNode {
  const { cluster, partitions, brokers, checkedAt, filter, show, onChange, selection } = props;
  const ids = brokers.map(({ id }) => id).join();
  const makeRow = useMemo(() => rowMaker(ids === '' ? [] : ids.split(',').map(Number)), [ids]);
  const counts = useMemo(() => filterCounts(partitions), [partitions]);
  const rows = useMemo(
    () => filterPartitions(partitions, { filter, show }).map(makeRow),
    [partitions, filter, show, makeRow],
  );
  const columns = useMemo(() => matrixBrokers(brokers, rows), [brokers, rows]);
  const age = { checkedAt, staleAfterMs: staleAfterMs(cluster.sampleIntervalMs) };
  return (
    <Panel title="Partitions by brokers" aside={<StaleMarker {...age} />} flush>
      <div className={styles.tools}>
        <SearchField
          label="Filter partitions"
          value={filter ?? ''}
          onChange={(text) => onChange({ filter: text || undefined })}
        />
        <Segmented
          label="Which partitions"
          selected={show ?? 'all'}
          onSelect={(chosen) => onChange({ show: chosen === 'all' ? undefined : chosen })}
          options={[
            { value: 'all', label: `All ${partitions.length.toLocaleString('en')}` },
            ...matrixFilters.map((value) => ({
              value,
              label: `${labels[value]} ${counts[value].toLocaleString('en')}`,
            })),
          ]}
        />
      </div>
      <ReplicaLegend />
      <Freshness {...age}>
        <ReplicaMatrix
          label="Partitions by brokers"
          brokers={columns}
          rows={rows}
          {...(selection && { selection })}
          rowName={({ topic, key }) => (
            <Link to="/c/$cluster/topics/$topic" params={{ cluster: cluster.name, topic }} tabIndex={-1}>
              <code>{key}</code>
            </Link>
          )}
          empty={
            checkedAt === null ? (
              <NeverReached />
            ) : (
              <NoRows
                existing={partitions.length}
                show={show}
                onReset={() => onChange({ filter: undefined, show: undefined })}
              />
            )
          }
        />
      </Freshness>
    </Panel>
  );
}

interface NoRowsProps {
  existing: number;
  show: MatrixFilter | undefined;
  onReset: () => void;
}

function NoRows({ existing, show, onReset }: NoRowsProps): ReactNode {
  if (existing === 0) {
    return (
      <EmptyState title="No partitions yet">
        Partitions come with the first topic. It is created on the page of topics, or by the first client that
        writes to it.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      title={show === 'unhealthy' ? 'No partition is unhealthy' : 'No partition matches'}
      action={<Button onClick={onReset}>Show all {existing.toLocaleString('en')} partitions</Button>}
    >
      The cluster has partitions, but none that is shown this way.
    </EmptyState>
  );
}
