import type { Column } from '@odradek/ui/data-table';
import { Quantity } from '@odradek/ui/quantity';

/** Of a topic or of one partition; null until two samples have been taken. */
export const recordsInColumn: Column<{ readonly recordsInPerSecond: number | null }> = {
  id: 'rate',
  header: 'Records in',
  align: 'end',
  cell: ({ recordsInPerSecond }) => (
    <Quantity value={recordsInPerSecond} unit="per-second" absent="not yet measured" />
  ),
  sortBy: ({ recordsInPerSecond }) => recordsInPerSecond,
};

export const sizeColumn: Column<{ readonly sizeBytes: number | null }> = {
  id: 'size',
  header: 'Size',
  align: 'end',
  cell: ({ sizeBytes }) => <Quantity value={sizeBytes} unit="bytes" />,
  sortBy: ({ sizeBytes }) => sizeBytes,
  hiddenOn: 'narrow',
};
