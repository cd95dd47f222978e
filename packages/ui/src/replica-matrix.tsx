import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useCallback, useRef } from 'react';
import { ReplicaGlyph, type ReplicaRole } from './replica-glyph.tsx';
import styles from './replica-matrix.module.css';
import { useGridFocus } from './replica-matrix-focus.ts';
import { StatusBadge, type Tone } from './status-badge.tsx';
import { VisuallyHidden } from './visually-hidden.tsx';

export interface MatrixCell {
  role: ReplicaRole;
  preferred: boolean;
  moving: 'adding' | 'removing' | null;
  /** All of it in words: "leader, preferred". */
  label: string;
}

export interface MatrixRow {
  key: string;
  topic: string;
  partition: number;
  /** One for each broker; null where it has no replica. */
  cells: readonly (MatrixCell | null)[];
  /** What is the matter, in a few words; empty when nothing is. */
  note: string;
  tone: Tone;
  leaderEpoch: number | null;
}

export type RoleCounts = Readonly<Record<ReplicaRole, number>>;

export interface MatrixBroker {
  id: number;
  /** Whether the broker is there; its word stands in the head of its column. */
  tone: Tone;
  state: string;
  /** Over all rows shown. */
  counts: RoleCounts;
}

export interface ReplicaMatrixProps {
  /** Names the grid for assistive technology. */
  label: string;
  brokers: readonly MatrixBroker[];
  rows: readonly MatrixRow[];
  /** The first cell of a row, usually a link. */
  rowName: (row: MatrixRow) => ReactNode;
  /** Left out: rows cannot be chosen. */
  selection?: { chosen: ReadonlySet<string>; onToggle: (row: MatrixRow) => void; onToggleAll: () => void };
  /** Stands in place of the rows when there are none. */
  empty: ReactNode;
}

/** Longer matrices draw only the rows in sight. */
const virtualAbove = 120;
const rowHeightPx = 34;

/**
 * Partitions by brokers: who leads, who follows, who fell behind, who is away, by shape as well as by colour. One stop of
 * the Tab key; arrows, Home, End and Page Up/Down move between cells, Space chooses a row.
 */
export function ReplicaMatrix(props: ReplicaMatrixProps): ReactNode {
  const { label, brokers, rows, empty, selection } = props;
  const frame = useRef<HTMLDivElement>(null);
  const virtual = rows.length > virtualAbove;
  const virtualizer = useVirtualizer({
    count: rows.length,
    enabled: virtual,
    estimateSize: () => rowHeightPx,
    getScrollElement: () => frame.current,
    overscan: 12,
  });
  const scrollToRow = useCallback(
    (row: number) => virtual && virtualizer.scrollToIndex(row),
    [virtual, virtualizer],
  );
  const focus = useGridFocus({
    frame,
    rows: rows.length,
    columns: brokers.length + 1,
    scrollToRow,
    onSpace: (index) => rows[index] && selection?.onToggle(rows[index]),
  });
  const items = virtualizer.getVirtualItems();
  const first = virtual ? (items[0]?.index ?? 0) : 0;
  const last = virtual ? (items.at(-1)?.index ?? -1) : rows.length - 1;
  return (
    <>
      <div className={styles.frame} ref={frame}>
        <table
          // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a grid is a table whose cells take the focus
          role="grid"
          className={styles.grid}
          aria-label={label}
          aria-rowcount={rows.length + 2}
          aria-multiselectable={selection !== undefined}
          onKeyDown={focus.onKeyDown}
        >
          <MatrixHead {...props} />
          <tbody>
            <Spacer rows={first} columns={brokers.length + 3} />
            {rows.slice(first, last + 1).map((row, position) => (
              <Row key={row.key} row={row} index={first + position} matrix={props} focus={focus} />
            ))}
            <Spacer rows={rows.length - 1 - last} columns={brokers.length + 3} />
          </tbody>
        </table>
      </div>
      {rows.length === 0 && empty}
    </>
  );
}

function MatrixHead({ brokers, rows, selection }: ReplicaMatrixProps): ReactNode {
  const chosen = rows.filter(({ key }) => selection?.chosen.has(key)).length;
  return (
    <thead>
      <tr aria-rowindex={1}>
        <th scope="col" className={styles.name}>
          <span className={styles.nameLine}>
            {selection && (
              <input
                type="checkbox"
                aria-label="Choose all partitions shown"
                checked={rows.length > 0 && chosen === rows.length}
                ref={(box) => {
                  if (box) box.indeterminate = chosen > 0 && chosen < rows.length;
                }}
                onChange={selection.onToggleAll}
              />
            )}
            Partition
          </span>
        </th>
        {brokers.map(({ id, tone, state }) => (
          <th key={id} scope="col" className={styles.broker} data-tone={tone}>
            <span className={styles.brokerId}>
              <VisuallyHidden>Broker </VisuallyHidden>
              {id}
            </span>
            <StatusBadge tone={tone} look="plain">
              {state}
            </StatusBadge>
          </th>
        ))}
        <th scope="col" className={styles.epoch}>
          Leader epoch
        </th>
        <th scope="col" className={styles.note}>
          What is the matter
        </th>
      </tr>
      <tr aria-rowindex={2} className={styles.summary}>
        <th scope="row" className={styles.name}>
          {rows.length.toLocaleString('en')} {rows.length === 1 ? 'partition' : 'partitions'}
        </th>
        {brokers.map((broker) => (
          <td key={broker.id} className={styles.broker} data-tone={broker.tone}>
            <Counts counts={broker.counts} />
          </td>
        ))}
        <td className={styles.epoch} />
        <td className={styles.note}>{troubled(rows)}</td>
      </tr>
    </thead>
  );
}

const roles = ['leader', 'in-sync', 'out-of-sync', 'offline'] as const;
const words: Readonly<Record<ReplicaRole, string>> = {
  leader: 'Leader',
  'in-sync': 'In sync',
  'out-of-sync': 'Out of sync',
  offline: 'Offline',
};

/** Shapes with their numbers; those of which there are none are left out. */
function Counts({ counts }: { counts: RoleCounts }): ReactNode {
  const there = roles.filter((role) => counts[role] > 0);
  if (there.length === 0) return <span className={styles.nothing}>none</span>;
  return (
    <span className={styles.counts}>
      {there.map((role) => (
        <span key={role} className={styles.count}>
          <ReplicaGlyph role={role} />
          {counts[role].toLocaleString('en')}
          <VisuallyHidden> {words[role].toLowerCase()}</VisuallyHidden>
        </span>
      ))}
    </span>
  );
}

function troubled(rows: readonly MatrixRow[]): string {
  const count = rows.filter(({ note }) => note !== '').length;
  if (count === 0) return 'nothing';
  return `${count.toLocaleString('en')} of ${rows.length.toLocaleString('en')}`;
}

interface RowProps {
  row: MatrixRow;
  index: number;
  matrix: ReplicaMatrixProps;
  focus: ReturnType<typeof useGridFocus>;
}

function Row({ row, index, matrix: { brokers, rowName, selection }, focus }: RowProps): ReactNode {
  const isChosen = selection?.chosen.has(row.key) ?? false;
  return (
    <tr
      aria-rowindex={index + 3}
      className={styles.row}
      {...(selection && { 'aria-selected': isChosen })}
      data-chosen={isChosen}
    >
      <th scope="row" className={styles.name} {...focus.cell(index, 0)}>
        <span className={styles.nameLine}>
          {selection && (
            <input
              type="checkbox"
              tabIndex={-1}
              aria-label={`Choose ${row.key}`}
              checked={isChosen}
              onChange={() => selection.onToggle(row)}
            />
          )}
          <span className={styles.nameText}>{rowName(row)}</span>
        </span>
      </th>
      {brokers.map((broker, position) => (
        <Cell
          key={broker.id}
          broker={broker}
          cell={row.cells[position] ?? null}
          place={focus.cell(index, position + 1)}
        />
      ))}
      <td className={styles.epoch}>{row.leaderEpoch ?? '–'}</td>
      <td className={styles.note}>
        {row.note !== '' && (
          <StatusBadge tone={row.tone} look="plain">
            {row.note}
          </StatusBadge>
        )}
      </td>
    </tr>
  );
}

interface CellProps {
  broker: MatrixBroker;
  cell: MatrixCell | null;
  place: ReturnType<ReturnType<typeof useGridFocus>['cell']>;
}

function Cell({ broker, cell, place }: CellProps): ReactNode {
  const text = cell?.label ?? 'no replica';
  return (
    <td
      className={styles.broker}
      data-role={cell?.role ?? 'none'}
      data-tone={broker.tone}
      title={`Broker ${broker.id}: ${text}`}
      {...place}
    >
      {/* A new role is a new element: it draws itself in, so that a change catches the eye. */}
      <span key={cell?.role ?? 'none'} className={styles.glyph}>
        {cell ? <ReplicaGlyph {...cell} /> : <span className={styles.nothing}>·</span>}
      </span>
      <VisuallyHidden>{text}</VisuallyHidden>
    </td>
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

/** What the shapes mean. */
export function ReplicaLegend(): ReactNode {
  return (
    <ul className={styles.legend} aria-label="Legend">
      {legend.map(({ word, ...glyph }) => (
        <li key={word} className={styles.legendEntry}>
          <ReplicaGlyph {...glyph} />
          {word}
        </li>
      ))}
    </ul>
  );
}

const legend = [
  ...roles.map((role) => ({ role, word: words[role] })),
  { role: 'in-sync' as const, preferred: true, word: 'Preferred leader (underlined)' },
  { role: 'out-of-sync' as const, moving: 'adding' as const, word: 'Being added' },
  { role: 'in-sync' as const, moving: 'removing' as const, word: 'Being removed' },
];
