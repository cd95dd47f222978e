import type { Broker, LogDirectory } from '@odradek/contract';
import { type Column, DataTable } from '@odradek/ui/data-table';
import { EmptyState } from '@odradek/ui/empty-state';
import { Panel } from '@odradek/ui/panel';
import { Quantity } from '@odradek/ui/quantity';
import { StatusBadge } from '@odradek/ui/status-badge';
import { type ReactNode, useMemo } from 'react';

interface Row extends LogDirectory {
  broker: number;
  /** The broker does not answer: this is what it said last. */
  isStale: boolean;
}

/** What lies in each broker's log directories, and how much room their volumes have left. */
export function LogDirectories({ brokers }: { brokers: readonly Broker[] }): ReactNode {
  const rows = useMemo(
    () =>
      brokers.flatMap((broker) =>
        (broker.logDirectories ?? []).map((one) => ({
          broker: broker.id,
          isStale: isSilent(broker),
          ...one,
        })),
      ),
    [brokers],
  );
  return (
    <Panel title={rows.length === 1 ? '1 log directory' : `${rows.length} log directories`} flush>
      <DataTable
        label="Log directories"
        columns={columns}
        rows={rows}
        rowKey={({ broker, path }) => `${broker} ${path}`}
        sort={null}
        empty={
          <EmptyState title="Not told">
            The console’s user may not describe log directories, or no broker has answered yet.
          </EmptyState>
        }
      />
    </Panel>
  );
}

/** A halted process keeps its place in the cluster for a while, and says nothing. */
function isSilent({ status, process }: Broker): boolean {
  return status !== 'up' || (process !== null && process.state !== 'running');
}

const columns: readonly Column<Row>[] = [
  { id: 'broker', header: 'Broker', cell: ({ broker }) => <code>{broker}</code>, width: '80px' },
  { id: 'path', header: 'Path', cell: ({ path }) => <code>{path}</code> },
  {
    id: 'state',
    header: 'State',
    cell: ({ error, isStale }) => {
      if (isStale) {
        return (
          <StatusBadge tone="unknown" look="plain">
            stale
          </StatusBadge>
        );
      }
      return (
        <StatusBadge tone={error === null ? 'ok' : 'critical'} look="plain">
          {error ?? 'online'}
        </StatusBadge>
      );
    },
    width: '120px',
  },
  {
    id: 'replicas',
    header: 'Replicas',
    align: 'end',
    cell: ({ replicas }) => <Quantity value={replicas} />,
    hiddenOn: 'narrow',
  },
  {
    id: 'size',
    header: 'Size',
    align: 'end',
    cell: ({ sizeBytes }) => <Quantity value={sizeBytes} unit="bytes" />,
  },
  {
    id: 'free',
    header: 'Free',
    align: 'end',
    cell: ({ usableBytes }) => <Quantity value={usableBytes} unit="bytes" absent="not told" />,
    hiddenOn: 'narrow',
  },
  {
    id: 'volume',
    header: 'Volume',
    align: 'end',
    cell: ({ totalBytes }) => <Quantity value={totalBytes} unit="bytes" absent="not told" />,
    hiddenOn: 'medium',
  },
];
