import { resetRequest } from '@odradek/contract';
import type * as z from 'zod';
import type { HistoryDatabase } from './database.ts';

/** A reset that was carried out, with what was there before it. */
export interface KeptReset {
  readonly id: number;
  readonly at: number;
  readonly partitions: readonly ResetMove[];
  /** Null: it was not undone. */
  readonly undoneAt: number | null;
}

const resetMoves = resetRequest.shape.partitions;
export type ResetMove = z.infer<typeof resetMoves>[number];

interface ResetRow {
  id: number;
  at: number;
  partitions: string;
  undoneAt: number | null;
}

/** The newest so many of all clusters are kept: who undoes, does so soon. */
const RESETS_MAX = 1_000;

/** Offset resets, kept so that the last one of a group can be undone. */
export class ResetLog {
  readonly #database: HistoryDatabase;

  constructor(database: HistoryDatabase) {
    this.#database = database;
  }

  add(cluster: string, group: string, at: number, partitions: readonly ResetMove[]): void {
    const row = { cluster, group, at, partitions: JSON.stringify(partitions) };
    const { lastInsertRowid } = this.#database
      .prepare(
        `INSERT INTO offset_reset (cluster, group_id, at, partitions) VALUES (@cluster, @group, @at, @partitions)`,
      )
      .run(row);
    this.#database
      .prepare('DELETE FROM offset_reset WHERE id <= ?')
      .run(Number(lastInsertRowid) - RESETS_MAX);
  }

  /** The last one of a group; null where none is kept. */
  last(cluster: string, group: string): KeptReset | null {
    const row = this.#database
      .prepare<[string, string], ResetRow>(
        `SELECT id, at, partitions, undone_at AS undoneAt FROM offset_reset
         WHERE cluster = ? AND group_id = ? ORDER BY id DESC LIMIT 1`,
      )
      .get(cluster, group);
    return row === undefined ? null : { ...row, partitions: resetMoves.parse(JSON.parse(row.partitions)) };
  }

  markUndone(id: number, at: number): void {
    this.#database.prepare('UPDATE offset_reset SET undone_at = ? WHERE id = ?').run(at, id);
  }
}
