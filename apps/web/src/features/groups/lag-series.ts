import type { LagSeries } from '@odradek/contract';
import type { ChartPoint } from '@odradek/ui/charts/line-chart';

/** One tick of a group as the stream pushes it. */
export interface LagSample {
  at: number;
  totalLag: number | null;
  committed: number | null;
  end: number | null;
}

/** The series with the sample in its step and the window moved so that it ends with the sample. */
export function appendLagSample(series: LagSeries, sample: LagSample): LagSeries {
  if (series.topic !== null || sample.at <= (series.points.at(-1)?.at ?? 0)) return series;
  const at = Math.floor(sample.at / series.stepMs) * series.stepMs;
  const held = series.points.at(-1);
  const inStep = held?.at === at ? held : undefined;
  const point = {
    at,
    lag: sample.totalLag,
    maxLag: largest(inStep?.maxLag ?? null, sample.totalLag),
    committed: sample.committed,
    end: sample.end,
  };
  const from = sample.at - (series.to - series.from);
  const before = series.points.filter((earlier) => earlier.at >= from - series.stepMs && earlier.at !== at);
  return { ...series, from, to: sample.at, points: [...before, point] };
}

/**
 * Points for the chart. A step without a sample stays a gap, and so does a stretch in which no step was sent at all
 * (`missingSteps` of them in a row): nothing measured is not lag zero.
 */
export function toChartPoints(series: LagSeries, missingSteps = 3): ChartPoint[] {
  const points: ChartPoint[] = [];
  let previous: number | undefined;
  for (const { at, lag } of series.points) {
    if (previous !== undefined && at - previous > missingSteps * series.stepMs) {
      points.push({ at: previous + series.stepMs, values: { lag: null } });
    }
    points.push({ at, values: { lag } });
    previous = at;
  }
  return points;
}

function largest(held: number | null, next: number | null): number | null {
  if (held === null || next === null) return held ?? next;
  return Math.max(held, next);
}
