import type { GroupPartition } from '@odradek/contract';
import { Button } from '@odradek/ui/button';
import { LineChart } from '@odradek/ui/charts/line-chart';
import { EmptyState } from '@odradek/ui/empty-state';
import { Panel } from '@odradek/ui/panel';
import { formatExact } from '@odradek/ui/quantity';
import { Segmented } from '@odradek/ui/segmented';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useMemo } from 'react';
import { useConsole } from '../../../shared/console-context.tsx';
import { QueryView } from '../../../shared/query-view.tsx';
import { useDetailInterval, useRefresh } from '../../../shared/refresh.tsx';
import { useCluster } from '../../../shared/use-cluster.ts';
import { toChartPoints } from '../lag-series.ts';
import { lagSeriesOptions } from '../queries.ts';
import { type LagRange, lagRanges } from '../search.ts';

export interface LagPanelProps {
  group: string;
  range: LagRange;
  /** Undefined: the sum over the group. */
  partition: Pick<GroupPartition, 'topic' | 'partition'> | undefined;
  onRange: (range: LagRange) => void;
  /** Back from one partition to the whole group. */
  onWhole: () => void;
}

/** Lag over time, with the newest sample at the right edge. */
export function LagPanel({ group, range, partition, onRange, onWhole }: LagPanelProps): ReactNode {
  const { api } = useConsole();
  const { name, sampleIntervalMs } = useCluster();
  const { stream } = useRefresh();
  const detailInterval = useDetailInterval(sampleIntervalMs);
  const pushed = stream === 'connected' && partition === undefined;
  const query = useQuery({
    ...lagSeriesOptions(api, name, {
      group,
      rangeMs: lagRanges[range] * 60_000,
      partition: partition && { topic: partition.topic, partition: partition.partition },
    }),
    // The stream appends the sum's samples; asking again now and then lets the server's roll-ups replace them.
    refetchInterval: pushed ? 60_000 : detailInterval,
  });
  return (
    <Panel
      title={partition ? `Lag of ${partition.topic}, partition ${partition.partition}` : 'Lag of the group'}
      aside={
        <>
          {partition && (
            <Button kind="quiet" onClick={onWhole}>
              Show the whole group
            </Button>
          )}
          <Segmented<LagRange> label="Time range" options={ranges} selected={range} onSelect={onRange} />
        </>
      }
    >
      <QueryView query={query} what="the lag history" skeletonRows={8}>
        {(series) => <LagChart series={series} />}
      </QueryView>
    </Panel>
  );
}

function LagChart({ series }: { series: Parameters<typeof toChartPoints>[0] }): ReactNode {
  const points = useMemo(() => toChartPoints(series), [series]);
  const last = series.points.findLast(({ lag }) => lag !== null);
  if (!last) {
    return (
      <EmptyState title="No samples in this time">
        The console samples lag while it runs. What happened before it was started, or while it was stopped,
        is not known.
      </EmptyState>
    );
  }
  return (
    <LineChart
      label={`Lag in records; last ${formatExact(last.lag ?? 0)}`}
      series={lagLine}
      points={points}
      from={series.from}
      to={series.to}
    />
  );
}

const lagLine = [{ id: 'lag', label: 'Lag, records' }] as const;

const ranges: readonly { value: LagRange; label: string }[] = [
  { value: '5m', label: '5 min' },
  { value: '15m', label: '15 min' },
  { value: '1h', label: '1 h' },
  { value: '6h', label: '6 h' },
  { value: '24h', label: '24 h' },
];
