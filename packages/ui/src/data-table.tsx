import {
  type ColumnDef,
  createSortedRowModel,
  type RowData,
  rowSortingFeature,
  type SortingState,
  tableFeatures,
  useTable,
} from '@tanstack/react-table';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import {
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
  type RefObject,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import styles from './data-table.module.css';
import { Icon } from './icon.tsx';

declare module 'react' {
  interface CSSProperties {
    '--column-width'?: string;
  }
}

/** What a column sorts by; null sorts last in both directions. */
export type SortKey = string | number | null;

export interface Column<Row> {
  id: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** Left out: the column cannot be sorted. */
  sortBy?: (row: Row) => SortKey;
  /** Numbers stand at the end of their cell. */
  align?: 'start' | 'end';
  /** Any CSS width; columns without one share what is left. */
  width?: string;
  /** Tables in which the column is left out: `narrow` below 620 px, `medium` below 900 px of their own width. */
  hiddenOn?: 'narrow' | 'medium';
}

export interface Sort {
  column: string;
  direction: 'ascending' | 'descending';
}

export interface DataTableProps<Row extends RowData> {
  /** Names the table for assistive technology. */
  label: string;
  /** Stable between renders, as is `rows`. */
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  sort: Sort | null;
  /** Left out: the rows stay in the given order. */
  onSort?: (sort: Sort) => void;
  /** Stands in place of the rows when there are none. */
  empty?: ReactNode;
  /** `single-line` cuts what does not fit, `wrapping` (unless the list is long) grows the row. */
  cells?: 'wrapping' | 'single-line';
  /** The row whose detail is open. */
  selectedKey?: string | null;
}

/** Lists longer than this draw only the rows in sight. */
const virtualAbove = 120;
const rowHeightPx = 32;

/**
 * A dense table. The first link or button of a row is its act: a click anywhere on the row follows it, and the
 * arrow keys, `j`/`k`, Home and End move between rows through it. Above 120 rows only those in sight are drawn.
 */
export function DataTable<Row extends RowData>(props: DataTableProps<Row>): ReactNode {
  const { label, columns, rows, empty, cells = 'wrapping' } = props;
  const frame = useRef<HTMLDivElement>(null);
  const sorted = useSortedRows(props);
  const virtual = sorted.length > virtualAbove;
  const virtualizer = useWindowVirtualizer({
    count: sorted.length,
    enabled: virtual,
    estimateSize: () => rowHeightPx,
    overscan: 16,
    scrollMargin: useDistanceFromTop(frame),
  });
  const items = virtualizer.getVirtualItems();
  const first = virtual ? (items[0]?.index ?? 0) : 0;
  const last = virtual ? (items.at(-1)?.index ?? -1) : sorted.length - 1;
  const focusRow = (index: number) => {
    if (virtual) virtualizer.scrollToIndex(index);
    requestAnimationFrame(() => actOf(frame.current?.querySelector(`[data-index="${index}"]`))?.focus());
  };
  return (
    <div className={styles.frame} ref={frame}>
      <table
        className={styles.table}
        aria-label={label}
        aria-rowcount={sorted.length + 1}
        data-fixed={virtual || cells === 'single-line'}
      >
        <TableHead {...props} />
        <tbody onKeyDown={(event) => moveBetweenRows(event, sorted.length, focusRow)}>
          <Spacer rows={first} columns={columns.length} />
          {sorted.slice(first, last + 1).map((row, position) => (
            <TableRow key={props.rowKey(row)} row={row} index={first + position} table={props} />
          ))}
          <Spacer rows={sorted.length - 1 - last} columns={columns.length} />
        </tbody>
      </table>
      {rows.length === 0 && empty}
    </div>
  );
}

/** How far down the page the table begins; what stands above it may come later and push it down. */
function useDistanceFromTop(frame: RefObject<HTMLElement | null>): number {
  const [distance, setDistance] = useState(0);
  useLayoutEffect(() => {
    if (frame.current) setDistance(Math.round(frame.current.getBoundingClientRect().top + window.scrollY));
  });
  return distance;
}

function TableHead<Row extends RowData>({ columns, sort, onSort }: DataTableProps<Row>): ReactNode {
  return (
    <thead>
      <tr>
        {columns.map((column) => {
          const direction = sort?.column === column.id ? sort.direction : 'none';
          return (
            <th
              key={column.id}
              scope="col"
              aria-sort={direction}
              {...cellLook(column)}
              style={widthOf(column)}
            >
              {column.sortBy && onSort ? (
                <button
                  type="button"
                  className={styles.sort}
                  onClick={() =>
                    onSort({ column: column.id, direction: nextDirection(direction, column.align) })
                  }
                >
                  {column.header}
                  <span className={styles.arrow} data-direction={direction}>
                    <Icon name={direction === 'ascending' ? 'up' : 'down'} />
                  </span>
                </button>
              ) : (
                column.header
              )}
            </th>
          );
        })}
      </tr>
    </thead>
  );
}

interface TableRowProps<Row extends RowData> {
  row: Row;
  index: number;
  table: DataTableProps<Row>;
}

function TableRow<Row extends RowData>({ row, index, table }: TableRowProps<Row>): ReactNode {
  return (
    <tr
      className={styles.row}
      data-index={index}
      aria-rowindex={index + 2}
      data-selected={table.selectedKey === table.rowKey(row)}
      onClick={followAct}
    >
      {table.columns.map((column) => (
        <td key={column.id} {...cellLook(column)}>
          {column.cell(row)}
        </td>
      ))}
    </tr>
  );
}

function Spacer({ rows, columns }: { rows: number; columns: number }): ReactNode {
  if (rows <= 0) return null;
  return (
    <tr style={{ height: rows * rowHeightPx }}>
      <td colSpan={columns} className={styles.spacer} />
    </tr>
  );
}

const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel() });

function useSortedRows<Row extends RowData>({
  rows,
  columns,
  rowKey,
  sort,
}: DataTableProps<Row>): readonly Row[] {
  const definitions = useMemo<ColumnDef<typeof features, Row>[]>(
    () =>
      columns.map((column) => ({
        id: column.id,
        // Undefined is what the table can keep last in both directions.
        accessorFn: (row) => column.sortBy?.(row) ?? undefined,
        sortUndefined: 'last',
        sortFn: (left, right, id) => compare(left.getValue(id), right.getValue(id)),
      })),
    [columns],
  );
  const sorting = useMemo<SortingState>(
    () => (sort ? [{ id: sort.column, desc: sort.direction === 'descending' }] : []),
    [sort],
  );
  const table = useTable({
    features,
    columns: definitions,
    data: rows,
    getRowId: rowKey,
    state: { sorting },
  });
  return table.getRowModel().rows.map((row) => row.original);
}

const natural = new Intl.Collator('en', { numeric: true });

function compare(left: unknown, right: unknown): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  return natural.compare(String(left), String(right));
}

/** Numbers are first asked for largest first, words from A. */
function nextDirection(
  current: Sort['direction'] | 'none',
  align: Column<unknown>['align'],
): Sort['direction'] {
  if (current === 'none') return align === 'end' ? 'descending' : 'ascending';
  return current === 'ascending' ? 'descending' : 'ascending';
}

function cellLook({ align = 'start', hiddenOn }: Pick<Column<never>, 'align' | 'hiddenOn'>) {
  return { className: styles.cell, 'data-align': align, 'data-hidden-on': hiddenOn };
}

function widthOf({ width }: Pick<Column<never>, 'width'>) {
  return width === undefined ? undefined : { '--column-width': width };
}

function actOf(row: Element | null | undefined): HTMLElement | null {
  return row?.querySelector<HTMLElement>('a[href], button') ?? null;
}

function followAct(event: MouseEvent<HTMLTableRowElement>): void {
  const target = event.target;
  // Clicks in a menu or dialog that a cell has opened come here too, though they are elsewhere on the page.
  if (!(target instanceof Element) || !event.currentTarget.contains(target)) return;
  if (target.closest('a, button, input, select, data[tabindex]')) return;
  if (window.getSelection()?.isCollapsed === false) return;
  actOf(event.currentTarget)?.click();
}

function moveBetweenRows(event: KeyboardEvent, count: number, focusRow: (index: number) => void): void {
  if (!(event.target instanceof Element) || event.ctrlKey || event.metaKey || event.altKey) return;
  const index = Number(event.target.closest('tr')?.getAttribute('data-index') ?? Number.NaN);
  const next = {
    ArrowDown: index + 1,
    j: index + 1,
    ArrowUp: index - 1,
    k: index - 1,
    Home: 0,
    End: count - 1,
  }[event.key];
  if (next === undefined || Number.isNaN(next) || next < 0 || next >= count) return;
  event.preventDefault();
  focusRow(next);
}
