import type { ReactNode } from 'react';
import {
  CartesianGrid,
  LineChart as Chart,
  Line,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import { formatExact, formatShort } from '../quantity.tsx';
import { exactTime } from '../relative-time.tsx';
import styles from './line-chart.module.css';

export interface ChartPoint {
  /** Milliseconds since the epoch. */
  at: number;
  /** By series id; null or absent: nothing was measured, the line has a gap there. */
  values: Readonly<Record<string, number | null>>;
}

export interface ChartSeries {
  id: string;
  label: string;
}

export interface LineChartProps {
  /** What the chart shows and its last state, for assistive technology. */
  label: string;
  /** At most eight; each has its own colour of thread. */
  series: readonly ChartSeries[];
  points: readonly ChartPoint[];
  /** The time range that is shown, also where there are no points. */
  from: number;
  to: number;
  heightPx?: number;
}

/** Lines over time from zero upward. Draws what it is given: no smoothing, no joining over gaps, no animation. */
export function LineChart({ label, series, points, from, to, heightPx = 260 }: LineChartProps): ReactNode {
  const ticks = valueTicks(points);
  return (
    <figure className={styles.figure} aria-label={label}>
      {series.length > 1 && <Legend series={series} />}
      <ResponsiveContainer width="100%" height={heightPx}>
        <Chart data={[...points]} margin={{ top: 8, right: 12, bottom: 0, left: 0 }}>
          <CartesianGrid stroke="var(--line)" vertical={false} />
          <XAxis
            dataKey="at"
            type="number"
            domain={[from, to]}
            ticks={timeTicks(from, to)}
            allowDataOverflow
            tickFormatter={(at: number) => clockTime(at, to - from)}
            stroke="var(--line-strong)"
            tick={{ fill: 'var(--ink-faint)', fontSize: 12 }}
            tickLine={false}
            minTickGap={32}
          />
          <YAxis
            width={58}
            domain={[0, ticks.at(-1) ?? 0]}
            ticks={ticks}
            tickFormatter={(value: number) => formatShort(value)}
            stroke="var(--line-strong)"
            tick={{ fill: 'var(--ink-faint)', fontSize: 12 }}
            axisLine={false}
            tickLine={false}
          />
          <Tooltip
            content={<Reading series={series} />}
            isAnimationActive={false}
            cursor={{ stroke: 'var(--ink-faint)' }}
          />
          {series.map((line, index) => (
            <Line
              key={line.id}
              dataKey={(point: ChartPoint) => point.values[line.id] ?? null}
              name={line.label}
              type="linear"
              stroke={thread(index)}
              strokeWidth={1.75}
              dot={false}
              activeDot={{ r: 3.5, strokeWidth: 0 }}
              connectNulls={false}
              isAnimationActive={false}
            />
          ))}
        </Chart>
      </ResponsiveContainer>
    </figure>
  );
}

function Legend({ series }: { series: readonly ChartSeries[] }): ReactNode {
  return (
    <ul className={styles.legend}>
      {series.map((line, index) => (
        <li key={line.id} className={styles.key}>
          <svg className={styles.swatch} viewBox="0 0 16 8" aria-hidden="true" focusable="false">
            <path d="M0 4h16" stroke={thread(index)} />
          </svg>
          {line.label}
        </li>
      ))}
    </ul>
  );
}

interface ReadingProps {
  series: readonly ChartSeries[];
  active?: boolean;
  payload?: readonly { payload?: ChartPoint }[];
}

function Reading({ series, active, payload }: ReadingProps): ReactNode {
  const point = payload?.[0]?.payload;
  if (!active || !point) return null;
  return (
    <div className={styles.reading}>
      <p className={styles.when}>{exactTime(point.at)}</p>
      <dl className={styles.values}>
        {series.map((line) => (
          <div key={line.id} className={styles.value}>
            <dt>{line.label}</dt>
            <dd>{formatReading(point.values[line.id])}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function formatReading(value: number | null | undefined): string {
  return value === null || value === undefined ? 'no sample' : formatExact(value);
}

function thread(index: number): string {
  return `var(--thread-${(index % 8) + 1})`;
}

/** Round values from zero to just above the largest, four or five of them. */
export function valueTicks(points: readonly ChartPoint[]): number[] {
  let most = 4;
  for (const { values } of points) {
    for (const value of Object.values(values)) most = Math.max(most, value ?? 0);
  }
  const decade = 10 ** Math.floor(Math.log10(most / 4));
  const step =
    [1, 2, 2.5, 5, 10].map((factor) => factor * decade).find((candidate) => candidate * 5 >= most) ?? most;
  const whole = Math.max(1, Math.ceil(step));
  return Array.from({ length: Math.ceil(most / whole) + 1 }, (_, index) => index * whole);
}

const stepsMs = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400,
].map((seconds) => seconds * 1000);

/** About six ticks at round local times. */
function timeTicks(from: number, to: number): number[] {
  const step = stepsMs.find((candidate) => (to - from) / candidate <= 7) ?? 86_400_000;
  const zone = new Date(to).getTimezoneOffset() * 60_000;
  const ticks: number[] = [];
  for (let at = Math.ceil((from - zone) / step) * step + zone; at <= to; at += step) ticks.push(at);
  return ticks;
}

function clockTime(at: number, rangeMs: number): string {
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, '0');
  const time = `${two(date.getHours())}:${two(date.getMinutes())}`;
  if (rangeMs <= 5 * 60_000) return `${time}:${two(date.getSeconds())}`;
  return rangeMs > 26 * 3_600_000 ? `${two(date.getMonth() + 1)}-${two(date.getDate())} ${time}` : time;
}
