import type { LagSeries } from '@odradek/contract';
import type { LagHistory } from '../store/lag-history.ts';

/** What a chart asks for, defaults filled in by the contract. */
export interface AskedLagSeries {
  readonly group: string;
  readonly topic: string | undefined;
  readonly partition: number | undefined;
  readonly to: number | undefined;
  readonly rangeMs: number;
  readonly stepMs: number | undefined;
}

export interface LagSeriesSource {
  readonly history: LagHistory;
  readonly cluster: string;
  readonly sampleIntervalMs: number;
  readonly now: number;
}

/** As many points as a chart can show well, when no step is asked for. */
const POINTS_USUAL = 300;
const POINTS_MAX = 2_000;

/** A series of even steps; the step is never so small that an even sampling leaves gaps in it. */
export function lagSeriesOf(source: LagSeriesSource, asked: AskedLagSeries): LagSeries {
  const to = asked.to ?? source.now;
  const from = to - asked.rangeMs;
  const stepMs = Math.max(
    asked.stepMs ?? Math.ceil(asked.rangeMs / POINTS_USUAL),
    Math.ceil(asked.rangeMs / POINTS_MAX),
    // Ticks come a little late, so at one interval a step a sample now and then falls into the next step.
    2 * source.sampleIntervalMs,
  );
  const series = { group: asked.group, topic: asked.topic ?? null, partition: asked.partition ?? null };
  const points = source.history.query(source.cluster, { ...series, from, to, stepMs, now: source.now });
  return { ...series, from, to, stepMs, points };
}
