import { type ReactNode, type RefObject, useEffect, useRef, useState } from 'react';
import { formatExact } from '../quantity.tsx';
import { exactTime, formatAge } from '../relative-time.tsx';
import styles from './commit-window.module.css';

export interface WindowKnot {
  /** When it was committed, ms since the epoch. */
  at: number;
  /** The committed offset. */
  offset: number;
  /** How far the log's end was ahead at that moment; null when not known. */
  lag: number | null;
}

export interface CommitWindowProps {
  /** Oldest first. */
  commits: readonly WindowKnot[];
  /** When the window was judged; the time since the last commit counts, so the picture runs to here. */
  judgedAt: number;
}

const height = 200;
const inset = { left: 62, right: 16, top: 18, bottom: 30 };
/** The silence since the last commit takes at most this share of the picture, or a stop would hide the window. */
const silenceShare = 0.24;

/**
 * The commits a verdict was reached from: each a knot on the thread of committed offsets, with a line up to where
 * the log ended at that moment. A flat thread is a stall, growing lines are growing lag, empty room at the right
 * is the time since the last commit.
 */
export function CommitWindow({ commits, judgedAt }: CommitWindowProps): ReactNode {
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame, 640);
  const scale = scaleOf(commits, judgedAt, width);
  const knots = commits.map((commit) => ({
    ...commit,
    x: scale.x(commit.at),
    y: scale.y(commit.offset),
    endY: commit.lag === null ? null : scale.y(commit.offset + commit.lag),
  }));
  const last = knots.at(-1);
  return (
    <div ref={frame}>
      <svg
        className={styles.window}
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={inWords(commits)}
      >
        {scale.offsetTicks.map((offset) => (
          <g key={offset}>
            <path className={styles.grid} d={`M${inset.left} ${scale.y(offset)}H${width - inset.right}`} />
            <text className={styles.tick} x={inset.left - 8} y={scale.y(offset) + 4} textAnchor="end">
              {formatExact(offset)}
            </text>
          </g>
        ))}
        {last && last.x < width - inset.right && (
          <>
            <path className={styles.silence} d={`M${last.x} ${last.y}H${width - inset.right}`} />
            {width - inset.right - last.x > 48 && (
              <text
                className={styles.tick}
                x={(last.x + width - inset.right) / 2}
                y={last.y - 8}
                textAnchor="middle"
              >
                {formatAge(judgedAt - last.at)}
              </text>
            )}
          </>
        )}
        <path
          className={styles.end}
          d={line(knots.filter((knot) => knot.endY !== null).map(({ x, endY }) => [x, endY ?? 0]))}
        />
        <path className={styles.thread} d={line(knots.map(({ x, y }) => [x, y]))} />
        {knots.map((knot) => (
          <g key={`${knot.at}-${knot.offset}-${knot.x}`}>
            {knot.endY !== null && <path className={styles.lag} d={`M${knot.x} ${knot.y}V${knot.endY}`} />}
            <path className={styles.knot} d={`M${knot.x} ${knot.y - 5}l5 5-5 5-5-5z`}>
              <title>{knotInWords(knot)}</title>
            </path>
          </g>
        ))}
        <text className={styles.tick} x={inset.left} y={height - 8}>
          {commits[0] ? exactTime(commits[0].at).slice(11, 19) : ''}
        </text>
        <text className={styles.tick} x={width - inset.right} y={height - 8} textAnchor="end">
          judged {exactTime(judgedAt).slice(11, 19)}
        </text>
      </svg>
    </div>
  );
}

/** The width the element has been given, so that one unit of the drawing is one pixel and text keeps its size. */
function useWidth(element: RefObject<Element | null>, initial: number): number {
  const [width, setWidth] = useState(initial);
  useEffect(() => {
    if (!element.current) return;
    const observer = new ResizeObserver(([entry]) =>
      setWidth(Math.max(240, entry?.contentRect.width ?? initial)),
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element, initial]);
  return width;
}

function scaleOf(commits: readonly WindowKnot[], judgedAt: number, width: number) {
  const first = commits[0]?.at ?? judgedAt;
  const last = commits.at(-1)?.at ?? judgedAt;
  const silence = Math.max(0, judgedAt - last);
  const span = Math.max(1, last - first);
  const room = width - inset.left - inset.right;
  const silenceRoom = room * Math.min(silenceShare, silence / (silence + span));
  const low = Math.min(...commits.map((commit) => commit.offset));
  const high = Math.max(low + 1, ...commits.map((commit) => commit.offset + (commit.lag ?? 0)));
  return {
    x: (at: number) => round(inset.left + ((at - first) / span) * (room - silenceRoom)),
    y: (offset: number) =>
      round(height - inset.bottom - ((offset - low) / (high - low)) * (height - inset.top - inset.bottom)),
    offsetTicks: commits.length === 0 ? [] : [low, high],
  };
}

function line(points: readonly (readonly [number, number])[]): string {
  return points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${x} ${y}`).join('');
}

function inWords(commits: readonly WindowKnot[]): string {
  return `The last ${commits.length} commits: ${commits.map(knotInWords).join('; ')}`;
}

function knotInWords({ at, offset, lag }: WindowKnot): string {
  return `offset ${formatExact(offset)} at ${exactTime(at).slice(11, 23)}, ${lag === null ? 'lag not known' : `lag ${formatExact(lag)}`}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
