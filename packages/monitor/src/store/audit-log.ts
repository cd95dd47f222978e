import type { HistoryDatabase } from './database.ts';

/** One act on a cluster, done or refused. */
export interface AuditEntry {
  readonly at: number;
  readonly cluster: string;
  /** `topic.create`, `record.produce`, … */
  readonly action: string;
  readonly target: string;
  readonly outcome: 'allowed' | 'refused' | 'failed';
  readonly detail: string | null;
}

const ENTRIES_MAX = 10_000;

/** Who did what, kept beside the history; the newest ten thousand entries. */
export class AuditLog {
  readonly #database: HistoryDatabase;

  constructor(database: HistoryDatabase) {
    this.#database = database;
  }

  add(entry: AuditEntry): void {
    const { lastInsertRowid } = this.#database
      .prepare(
        `INSERT INTO audit (at, cluster, action, target, outcome, detail)
         VALUES (@at, @cluster, @action, @target, @outcome, @detail)`,
      )
      .run(entry);
    this.#database.prepare('DELETE FROM audit WHERE id <= ?').run(Number(lastInsertRowid) - ENTRIES_MAX);
  }

  /** Newest first. */
  newest(limit: number): AuditEntry[] {
    return this.#database
      .prepare<[number], AuditEntry>(
        'SELECT at, cluster, action, target, outcome, detail FROM audit ORDER BY id DESC LIMIT ?',
      )
      .all(limit);
  }
}
