import { type ReactNode, useEffect, useRef } from 'react';
import styles from './swim-lanes.module.css';
import { VisuallyHidden } from './visually-hidden.tsx';

export interface LaneColumn {
  id: string;
  title: string;
  /** A second, fainter line. */
  note: string;
  /** The step into this column is marked: something stood still for it. */
  mark: boolean;
}

export interface SwimLane {
  id: string;
  name: string;
  /** The whole name, on hover. */
  title: string;
  /** One for each column; null: the lane is empty there. */
  cells: readonly (LaneStretch | null)[];
}

export interface LaneStretch {
  value: number;
  /** What the stretch says, in words. */
  words: string;
  /** The bar begins here. */
  begins: boolean;
  /** How the bar ends after this column; null: it goes on, or nothing is known yet. */
  ends: 'left' | 'fenced' | null;
}

export interface SwimLanesProps {
  label: string;
  laneHeader: string;
  /** Oldest first. */
  columns: readonly LaneColumn[];
  lanes: readonly SwimLane[];
}

/**
 * A bar for each lane through the columns it was there in, with its number in each. Wider than the page it scrolls inside
 * itself, with the newest column in sight.
 */
export function SwimLanes({ label, laneHeader, columns, lanes }: SwimLanesProps): ReactNode {
  const frame = useRef<HTMLElement>(null);
  const newest = columns.at(-1)?.id;
  useEffect(() => {
    if (frame.current && newest !== undefined) frame.current.scrollLeft = frame.current.scrollWidth;
  }, [newest]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section ref={frame} className={styles.frame} tabIndex={0} aria-label={label}>
      <table className={styles.lanes} aria-label={label}>
        <thead>
          <tr>
            <th scope="col" className={styles.corner}>
              {laneHeader}
            </th>
            {columns.map(({ id, title, note, mark }) => (
              <th key={id} scope="col" className={styles.column} data-mark={mark}>
                {title}
                <span className={styles.note}>{note}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {lanes.map((lane, index) => (
            <tr key={lane.id}>
              <th scope="row" className={styles.name} title={lane.title}>
                <code>{lane.name}</code>
              </th>
              {columns.map((column, position) => (
                <td key={column.id} className={styles.cell} data-mark={column.mark}>
                  <Stretch stretch={lane.cells[position] ?? null} thread={(index % 8) + 1} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Stretch({ stretch, thread }: { stretch: LaneStretch | null; thread: number }): ReactNode {
  if (stretch === null) return <VisuallyHidden>not in the group</VisuallyHidden>;
  const { value, words, begins, ends } = stretch;
  return (
    <span
      className={styles.stretch}
      data-thread={thread}
      data-begins={begins}
      data-ends={ends ?? 'no'}
      title={words}
    >
      <span aria-hidden="true">{value}</span>
      {ends === 'fenced' && <span className={styles.fenced} aria-hidden="true" />}
      <VisuallyHidden>{words}</VisuallyHidden>
    </span>
  );
}
