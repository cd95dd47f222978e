import { type ClusterChange, type ClusterEvent, clusterChange } from '@odradek/contract';
import type { HistoryDatabase } from './database.ts';

/** Of each cluster, the newest so many are kept. */
const EVENTS_MAX = 5_000;

export interface EventTime {
  /** When it was seen, in ms. */
  readonly at: number;
  /** The sample before; null where the time is exact, or there was none. */
  readonly since: number | null;
}

interface EventRow {
  id: number;
  at: number;
  since: number | null;
  change: string;
}

/** What happened to clusters, kept beside the history and bounded. */
export class EventLog {
  readonly #database: HistoryDatabase;
  readonly #statements: ReturnType<typeof prepareStatements>;

  constructor(database: HistoryDatabase) {
    this.#database = database;
    this.#statements = prepareStatements(database);
  }

  /** Keeps what one sample showed, all or none. Returns the events, with their ids. */
  add(cluster: string, { at, since }: EventTime, changes: readonly ClusterChange[]): ClusterEvent[] {
    return this.#database.transaction(() => {
      const events = changes.map((change) => {
        const row = { cluster, at, since, change: JSON.stringify(change) };
        return { id: Number(this.#statements.add.run(row).lastInsertRowid), at, since, change };
      });
      this.#statements.trim.run({ cluster, kept: EVENTS_MAX });
      return events;
    })();
  }

  /** Newest first, from those before the id `before`. */
  newest(cluster: string, { before, limit }: { before?: number | undefined; limit: number }): ClusterEvent[] {
    return this.#statements.newest
      .all({ cluster, before: before ?? Number.MAX_SAFE_INTEGER, limit })
      .map(({ change, ...row }) => ({ ...row, change: clusterChange.parse(JSON.parse(change)) }));
  }
}

function prepareStatements(database: HistoryDatabase) {
  return {
    add: database.prepare(
      'INSERT INTO cluster_event (cluster, at, since, change) VALUES (@cluster, @at, @since, @change)',
    ),
    trim: database.prepare(
      `DELETE FROM cluster_event WHERE cluster = @cluster AND id <= (
         SELECT id FROM cluster_event WHERE cluster = @cluster ORDER BY id DESC LIMIT 1 OFFSET @kept
       )`,
    ),
    newest: database.prepare<[Record<string, unknown>], EventRow>(
      `SELECT id, at, since, change FROM cluster_event
       WHERE cluster = @cluster AND id < @before ORDER BY id DESC LIMIT @limit`,
    ),
  };
}
