import type { GroupTimeline, Rebalance } from '@odradek/contract';
import { Button } from '@odradek/ui/button';
import { type Column, DataTable } from '@odradek/ui/data-table';
import { EmptyState } from '@odradek/ui/empty-state';
import { Freshness, StaleMarker } from '@odradek/ui/freshness';
import { Panel } from '@odradek/ui/panel';
import { Quantity } from '@odradek/ui/quantity';
import { exactTime, RelativeTime } from '@odradek/ui/relative-time';
import { SwimLanes } from '@odradek/ui/swim-lanes';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useMemo, useState } from 'react';
import { useConsole } from '../../../shared/console-context.tsx';
import { QueryView } from '../../../shared/query-view.tsx';
import { useDetailInterval } from '../../../shared/refresh.tsx';
import { staleAfterMs } from '../../../shared/staleness.ts';
import { useCluster } from '../../../shared/use-cluster.ts';
import { rebalancesOptions } from '../queries.ts';
import { lanesOf, stoppedText, whoText } from '../rebalance-lanes.ts';
import styles from './rebalance-panel.module.css';

/** As many rebalances as are drawn and listed at first. */
const SHOWN = 8;

/** What happened in the group: who came and went, what moved, and how long consumers stood still for it. */
export function RebalancePanel({ group }: { group: string }): ReactNode {
  const { api } = useConsole();
  const { name, sampleIntervalMs } = useCluster();
  const interval = useDetailInterval(sampleIntervalMs);
  const query = useQuery({ ...rebalancesOptions(api, name, group), refetchInterval: interval });
  const age = { checkedAt: query.data?.checkedAt ?? null, staleAfterMs: staleAfterMs(sampleIntervalMs) };
  return (
    <Panel title="Rebalances" aside={query.data && <StaleMarker {...age} />} flush>
      <QueryView query={query} what="the rebalances" skeletonRows={4}>
        {(timeline) => (
          <Freshness {...age}>
            <Timeline timeline={timeline} />
          </Freshness>
        )}
      </QueryView>
    </Panel>
  );
}

function Timeline({ timeline: { rebalances, since, source } }: { timeline: GroupTimeline }): ReactNode {
  const [showsAll, setShowsAll] = useState(false);
  const shown = useMemo(() => (showsAll ? rebalances : rebalances.slice(0, SHOWN)), [rebalances, showsAll]);
  if (rebalances.length === 0) {
    return (
      <EmptyState title="No rebalance seen">
        {since === null ? (
          'The console has not seen this group yet.'
        ) : (
          <>
            Since <time dateTime={new Date(since).toISOString()}>{exactTime(since).slice(0, 19)}</time> the
            group’s members and their partitions have been the same. The next one that joins or leaves shows
            here.
          </>
        )}
      </EmptyState>
    );
  }
  return (
    <>
      <Lanes rebalances={shown} />
      <DataTable
        label="Rebalances"
        columns={columns}
        rows={shown}
        rowKey={({ id }) => String(id)}
        sort={null}
      />
      <footer className={styles.foot}>
        <p>
          {source === 'offsets-topic'
            ? 'Read from the coordinator’s own records; times of ends are exact.'
            : 'Seen from sample to sample: what begins and ends between two is not seen.'}
        </p>
        {rebalances.length > SHOWN && (
          <Button kind="quiet" onClick={() => setShowsAll(!showsAll)}>
            {showsAll ? `Show the newest ${SHOWN}` : `Show all ${rebalances.length}`}
          </Button>
        )}
      </footer>
    </>
  );
}

/** The newest at the right, as on every chart of the page. */
function Lanes({ rebalances }: { rebalances: readonly Rebalance[] }): ReactNode {
  const ordered = useMemo(() => [...rebalances].reverse(), [rebalances]);
  const lanes = useMemo(() => lanesOf(ordered), [ordered]);
  if (lanes.length === 0) return null;
  return (
    <SwimLanes
      label="Partitions of each member after each rebalance"
      laneHeader="Member"
      columns={ordered.map((one) => ({
        id: String(one.id),
        title: epochText(one),
        note: stoppedText(one),
        mark: one.stopped !== null && (one.stopped.atMostMs ?? Number.POSITIVE_INFINITY) > 0,
      }))}
      lanes={lanes.map(({ memberId, clientId, instanceId, cells }) => ({
        id: memberId,
        name: clientId || memberId,
        title: instanceId === null ? memberId : `${memberId}, static: ${instanceId}`,
        cells: cells.map(
          (cell) =>
            cell && {
              value: cell.partitions,
              words: cellWords(cell),
              begins: cell.joined,
              ends: cell.leaves === null ? null : cell.leaves === 'not-told' ? 'left' : 'fenced',
            },
        ),
      }))}
    />
  );
}

type Cell = NonNullable<ReturnType<typeof lanesOf>[number]['cells'][number]>;

function cellWords({ partitions, gained, lost, joined, leaves }: Cell): string {
  const parts = [
    joined && 'joined',
    partitions === 1 ? '1 partition' : `${partitions} partitions`,
    gained > 0 && `${gained} gained`,
    lost > 0 && `${lost} given up`,
    leaves !== null && (leaves === 'not-told' ? 'then gone' : 'then fenced'),
  ];
  return parts.filter(Boolean).join(', ');
}

function epochText({ toEpoch, id, endedAt }: Rebalance): string {
  return toEpoch === null || endedAt === null ? `#${id}` : `epoch ${toEpoch.toLocaleString('en')}`;
}

const kinds: Readonly<Record<Rebalance['kind'], string>> = {
  eager: 'all of them',
  cooperative: 'only what moved',
  incremental: 'only what moved',
  unknown: 'by the client’s own assignor',
};

const columns: readonly Column<Rebalance>[] = [
  {
    id: 'when',
    header: 'When',
    cell: ({ endedAt, beganAt }) => <RelativeTime at={endedAt ?? beganAt} />,
    width: '104px',
  },
  {
    id: 'epoch',
    header: 'Epoch',
    cell: ({ fromEpoch, toEpoch }) =>
      toEpoch === null ? (
        <span title="Not told by the coordinator">–</span>
      ) : (
        <span className={styles.epochs}>{fromEpoch === null ? toEpoch : `${fromEpoch} → ${toEpoch}`}</span>
      ),
    width: '96px',
    hiddenOn: 'narrow',
  },
  { id: 'who', header: 'Who', cell: (row) => whoText(row) },
  {
    id: 'moved',
    header: 'Partitions moved',
    align: 'end',
    cell: ({ partitionsMoved }) => <Quantity value={partitionsMoved} exactly />,
    width: '136px',
    hiddenOn: 'medium',
  },
  {
    id: 'stopped',
    header: 'Consumers stood still',
    cell: (row) => (
      <>
        {stoppedText(row)}
        {row.stopped !== null && row.stopped.atMostMs !== 0 && (
          <span className={styles.aside}>{kinds[row.kind]}</span>
        )}
      </>
    ),
    width: '176px',
  },
];
