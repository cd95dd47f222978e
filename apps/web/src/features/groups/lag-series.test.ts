import type { LagSeries } from '@odradek/contract';
import { describe, expect, it } from 'vitest';
import { appendLagSample, toChartPoints } from './lag-series.ts';

const point = (at: number, lag: number | null) => ({ at, lag, maxLag: lag, committed: null, end: null });

function series(points: LagSeries['points'], changes: Partial<LagSeries> = {}): LagSeries {
  return { group: 'g', topic: null, partition: null, from: 0, to: 10_000, stepMs: 1000, points, ...changes };
}

const sample = (at: number, totalLag: number | null) => ({ at, totalLag, committed: 1, end: 2 });

describe('a pushed sample', () => {
  it('becomes the last point and moves the window', () => {
    const next = appendLagSample(series([point(0, 1), point(10_000, 5)]), sample(12_300, 7));
    expect(next.points.map(({ at, lag }) => [at, lag])).toEqual([
      [10_000, 5],
      [12_000, 7],
    ]);
    expect([next.from, next.to]).toEqual([2300, 12_300]);
  });

  it('of the same step replaces the point and keeps its maximum', () => {
    const next = appendLagSample(series([point(10_000, 9)], { stepMs: 5000 }), sample(12_000, 4));
    expect(next.points).toMatchObject([{ at: 10_000, lag: 4, maxLag: 9 }]);
  });

  it('that is older than what is held changes nothing', () => {
    const held = series([point(10_000, 9)]);
    expect(appendLagSample(held, sample(9000, 4))).toBe(held);
  });

  it('of the whole group is not put into the series of one partition', () => {
    const held = series([point(10_000, 9)], { topic: 'orders', partition: 0 });
    expect(appendLagSample(held, sample(20_000, 4))).toBe(held);
  });
});

describe('the points of a chart', () => {
  it('keep a step without a sample as a gap', () => {
    expect(toChartPoints(series([point(0, 1), point(1000, null), point(2000, 3)]))).toEqual([
      { at: 0, values: { lag: 1 } },
      { at: 1000, values: { lag: null } },
      { at: 2000, values: { lag: 3 } },
    ]);
  });

  it('have a gap where steps were not sent at all', () => {
    expect(toChartPoints(series([point(0, 1), point(60_000, 2)]))[1]).toEqual({
      at: 1000,
      values: { lag: null },
    });
  });

  it('join over a single late sample', () => {
    expect(toChartPoints(series([point(0, 1), point(2000, 2)]))).toHaveLength(2);
  });
});
