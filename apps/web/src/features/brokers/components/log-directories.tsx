import type { Broker, LogDirectory } from '@odradek/contract';
import { type Column, DataTable } from '@odradek/ui/data-table';
import { EmptyState } from '@odradek/ui/empty-state';
import { Panel } from '@odradek/ui/panel';
import { Quantity } from '@odradek/ui/quantity';
import { StatusBadge } from '@odradek/ui/status-badge';
import { type ReactNode, useMemo } from 'react';

interface Row extends LogDirectory {
  broker: number;
}

/** What lies in each broker's log directories, and how much room their volumes have left. */
export function LogDirectories({ brokers }: { brokers: readonly Broker[] }): ReactNode {
  const rows = useMemo(
    () =>
      brokers.flatMap(({ id, logDirectories }) =>
        (logDirectories ?? []).map((one) => ({ broker: id, ...one })),
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

const columns: readonly Column<Row>[] = [
  { id: 'broker', header: 'Broker', cell: ({ broker }) => <code>{broker}</code>, width: '80px' },
  { id: 'path', header: 'Path', cell: ({ path }) => <code>{path}</code> },
  {
    id: 'state',
    header: 'State',
    cell: ({ error }) =>
      error === null ? (
        <StatusBadge tone="ok" look="plain">
          online
        </StatusBadge>
      ) : (
        <StatusBadge tone="critical" look="plain">
          {error}
        </StatusBadge>
      ),
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
