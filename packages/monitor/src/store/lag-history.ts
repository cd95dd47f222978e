import type { LagPoint } from '@odradek/contract';
import type { HistoryDatabase } from './database.ts';
import { usedBytes } from './database.ts';

/** One sample of one series. The sum over a group has no topic and no partition. */
export interface LagSample {
  readonly group: string;
  readonly topic: string | null;
  readonly partition: number | null;
  readonly lag: number | null;
  readonly committed: number | null;
  readonly end: number | null;
}

export interface LagQuery {
  readonly group: string;
  readonly topic: string | null;
  readonly partition: number | null;
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
  /** How far back samples reach depends on it. */
  readonly now: number;
}

/** Samples as they came, and two roll-ups; each is kept this long unless the file grows too large. */
const MINUTE_MS = 60_000;
const resolutions = [
  { stepMs: 0, keptMs: 60 * MINUTE_MS },
  { stepMs: MINUTE_MS, keptMs: 48 * 60 * MINUTE_MS },
  { stepMs: 10 * MINUTE_MS, keptMs: 30 * 24 * 60 * MINUTE_MS },
] as const;

const rollUps = resolutions.filter(({ stepMs }) => stepMs > 0).map(({ stepMs }) => stepMs);

/** Times are halved at most this often when the file is too large. */
const HALVINGS_MAX = 8;

interface LagRow {
  at: number;
  lag: number | null;
  maxLag: number | null;
  committed: number | null;
  end: number | null;
}

/** The lag of groups and partitions over time. Short as sampled, long rolled up; never larger than its limit. */
export class LagHistory {
  readonly #database: HistoryDatabase;
  readonly #limitBytes: number;
  readonly #seriesIds = new Map<string, number>();
  readonly #statements: ReturnType<typeof prepareStatements>;
  #halvings = 0;
  #trimmedAt = 0;

  constructor(database: HistoryDatabase, limitBytes: number) {
    this.#database = database;
    this.#limitBytes = limitBytes;
    this.#statements = prepareStatements(database);
  }

  /** Keeps one tick's samples, all or none, and updates the roll-ups. */
  record(cluster: string, at: number, samples: readonly LagSample[]): void {
    this.#database.transaction(() => {
      for (const sample of samples) {
        const series = this.#seriesId(cluster, sample);
        const values = { series, lag: sample.lag, committed: sample.committed, end: sample.end };
        this.#statements.keep.run({ ...values, resolution: 0, at });
        for (const stepMs of rollUps) {
          this.#statements.keep.run({ ...values, resolution: stepMs, at: at - (at % stepMs) });
        }
      }
    })();
    if (at - this.#trimmedAt >= MINUTE_MS) {
      this.#trimmedAt = at;
      this.#trim(at);
    }
  }

  /** One point for each step from `from` up to `to`; a step without a sample has nulls, never zeros. */
  query(cluster: string, query: LagQuery): LagPoint[] {
    const first = query.from - (query.from % query.stepMs);
    const points = new Map<number, LagPoint>();
    for (let at = first; at < query.to; at += query.stepMs) {
      points.set(at, { at, lag: null, maxLag: null, committed: null, end: null });
    }
    for (const row of this.#rows(cluster, query, first)) {
      const at = row.at - (row.at % query.stepMs);
      const before = points.get(at);
      if (before !== undefined) {
        const maxLag = largest(before.maxLag, row.maxLag);
        points.set(at, { at, lag: row.lag, maxLag, committed: row.committed, end: row.end });
      }
    }
    return [...points.values()];
  }

  #rows(cluster: string, query: LagQuery, first: number): LagRow[] {
    const series = this.#statements.findSeries.get({ cluster, ...seriesKey(query) });
    if (series === undefined) {
      return [];
    }
    const resolution = this.#resolutionFor(query);
    return this.#statements.read.all({ resolution, series: series.id, from: first, to: query.to });
  }

  /** The finest that reaches back to the beginning of the query and is not needlessly finer than its step. */
  #resolutionFor({ from, stepMs, now }: LagQuery): number {
    const reaching = resolutions.filter(({ keptMs }) => now - from <= keptMs / 2 ** this.#halvings);
    const fitting = reaching.filter((resolution) => resolution.stepMs <= stepMs);
    return (fitting.at(-1) ?? reaching[0] ?? resolutions[2]).stepMs;
  }

  #seriesId(cluster: string, sample: LagSample): number {
    const key = seriesKey(sample);
    const text = JSON.stringify([cluster, key]);
    const known = this.#seriesIds.get(text);
    if (known !== undefined) {
      return known;
    }
    this.#statements.addSeries.run({ cluster, ...key });
    const id = this.#statements.findSeries.get({ cluster, ...key })?.id ?? 0;
    this.#seriesIds.set(text, id);
    return id;
  }

  #trim(now: number): void {
    this.#deleteExpired(now);
    while (usedBytes(this.#database) > this.#limitBytes && this.#halvings < HALVINGS_MAX) {
      this.#halvings += 1;
      this.#deleteExpired(now);
    }
  }

  #deleteExpired(now: number): void {
    this.#database.transaction(() => {
      for (const { stepMs, keptMs } of resolutions) {
        for (const { id } of this.#statements.allSeries.all()) {
          const before = now - keptMs / 2 ** this.#halvings;
          this.#statements.deleteBefore.run({ resolution: stepMs, series: id, before });
        }
      }
      if (this.#statements.deleteEmptySeries.run().changes > 0) {
        this.#seriesIds.clear();
      }
    })();
  }
}

function prepareStatements(database: HistoryDatabase) {
  return {
    findSeries: database.prepare<[Record<string, unknown>], { id: number }>(
      `SELECT id FROM series
       WHERE cluster = @cluster AND group_id = @group AND topic = @topic AND partition = @partition`,
    ),
    addSeries: database.prepare(
      `INSERT OR IGNORE INTO series (cluster, group_id, topic, partition)
       VALUES (@cluster, @group, @topic, @partition)`,
    ),
    allSeries: database.prepare<[], { id: number }>('SELECT id FROM series'),
    keep: database.prepare(
      `INSERT INTO lag (resolution, series, at, lag, max_lag, committed, end_offset)
       VALUES (@resolution, @series, @at, @lag, @lag, @committed, @end)
       ON CONFLICT DO UPDATE SET
         lag = excluded.lag,
         max_lag = max(coalesce(max_lag, excluded.lag), coalesce(excluded.lag, max_lag)),
         committed = excluded.committed,
         end_offset = excluded.end_offset`,
    ),
    read: database.prepare<[Record<string, unknown>], LagRow>(
      `SELECT at, lag, max_lag AS maxLag, committed, end_offset AS "end" FROM lag
       WHERE resolution = @resolution AND series = @series AND at >= @from AND at < @to ORDER BY at`,
    ),
    deleteBefore: database.prepare(
      'DELETE FROM lag WHERE resolution = @resolution AND series = @series AND at < @before',
    ),
    deleteEmptySeries: database.prepare(
      `DELETE FROM series WHERE NOT EXISTS (
         SELECT 1 FROM lag
         WHERE resolution IN (${resolutions.map(({ stepMs }) => stepMs).join(', ')}) AND series = series.id
       )`,
    ),
  };
}

/** The sum over a group is the series of no topic; SQLite's UNIQUE holds no two nulls equal, so it has a value. */
function seriesKey({ group, topic, partition }: Pick<LagSample, 'group' | 'topic' | 'partition'>) {
  return { group, topic: topic ?? '', partition: partition ?? -1 };
}

function largest(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.max(one, other);
}
