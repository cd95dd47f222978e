import * as z from 'zod';
import type { Commit } from '../burrow/commit-window.ts';
import type { EndOffsetPoll } from '../burrow/end-offset-history.ts';
import type { HistoryDatabase } from './database.ts';

export interface KeptCommitWindow {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  /** Empty: nothing is kept any more. */
  readonly commits: readonly Commit[];
}

export interface KeptEndOffsets {
  readonly topic: string;
  readonly partition: number;
  readonly polls: readonly EndOffsetPoll[];
}

/** How far the offsets topic was read; valid only for the topic of that id. */
export interface ReadingPositions {
  readonly topicId: string;
  /** Partition → the next offset to read. */
  readonly nextOffsets: ReadonlyMap<number, number>;
}

/** What a tick changed; all of it is kept or none, so that no commit is read twice into a window. */
export interface WindowChanges {
  readonly windows: readonly KeptCommitWindow[];
  readonly positions: ReadingPositions | null;
}

export interface KeptWindows {
  readonly windows: readonly KeptCommitWindow[];
  readonly endOffsets: readonly KeptEndOffsets[];
  readonly topicIds: ReadonlyMap<string, string>;
  readonly positions: ReadingPositions | null;
}

/** As many as take some ten milliseconds. */
const END_OFFSETS_PER_STEP = 1_000;

const commits = z.array(
  z.object({
    offset: z.number(),
    order: z.number(),
    timestamp: z.number(),
    observedAt: z.number(),
    lag: z.number().nullable(),
  }),
);
const polls = z.array(z.object({ offset: z.number(), at: z.number() }));

/** Keeps the windows that verdicts are made from, so that a restart forgets none. */
export class WindowStore {
  readonly #database: HistoryDatabase;
  readonly #statements: ReturnType<typeof prepareStatements>;

  constructor(database: HistoryDatabase) {
    this.#database = database;
    this.#statements = prepareStatements(database);
  }

  load(cluster: string): KeptWindows {
    const topicIds = this.#statements.loadTopics.all(cluster);
    return {
      windows: this.#statements.loadWindows
        .all(cluster)
        .map((row) => ({ ...row, commits: commits.parse(JSON.parse(row.commits)) })),
      endOffsets: this.#statements.loadEndOffsets
        .all(cluster)
        .map((row) => ({ ...row, polls: polls.parse(JSON.parse(row.polls)) })),
      topicIds: new Map(topicIds.map(({ name, topicId }) => [name, topicId])),
      positions: this.#loadPositions(cluster),
    };
  }

  /** Forgets all commit windows of the cluster, and how far they were read. */
  forget(cluster: string): void {
    this.#database.transaction(() => {
      this.#statements.clearWindows.run(cluster);
      this.#statements.clearPositions.run(cluster);
    })();
  }

  /** Keeps what one tick changed. */
  save(cluster: string, { windows, positions }: WindowChanges): void {
    this.#database.transaction(() => {
      for (const window of windows) {
        if (window.commits.length === 0) {
          const { group, topic, partition } = window;
          this.#statements.deleteWindow.run({ cluster, group, topic, partition });
        } else {
          this.#statements.saveWindow.run({ cluster, ...window, commits: JSON.stringify(window.commits) });
        }
      }
      for (const [partition, nextOffset] of positions?.nextOffsets ?? []) {
        const topicId = positions?.topicId ?? '';
        this.#statements.savePosition.run({ cluster, topicId, partition, nextOffset });
      }
    })();
  }

  /**
   * Keeps the polled end offsets and topic ids, in place of those kept before: in steps, between which other work may be
   * done. To end in between loses end offsets that were kept before, which costs a verdict little.
   */
  *savingEndOffsets(
    cluster: string,
    endOffsets: readonly KeptEndOffsets[],
    topicIds: ReadonlyMap<string, string>,
  ): Generator<void> {
    this.#database.transaction(() => {
      this.#statements.clearEndOffsets.run(cluster);
      this.#statements.clearTopics.run(cluster);
      for (const [name, topicId] of topicIds) {
        this.#statements.saveTopic.run({ cluster, name, topicId });
      }
    })();
    for (let first = 0; first < endOffsets.length; first += END_OFFSETS_PER_STEP) {
      yield;
      this.#database.transaction(() => {
        for (const kept of endOffsets.slice(first, first + END_OFFSETS_PER_STEP)) {
          this.#statements.saveEndOffsets.run({ cluster, ...kept, polls: JSON.stringify(kept.polls) });
        }
      })();
    }
  }

  #loadPositions(cluster: string): ReadingPositions | null {
    const rows = this.#statements.loadPositions.all(cluster);
    const topicId = rows[0]?.topicId;
    return topicId === undefined
      ? null
      : { topicId, nextOffsets: new Map(rows.map((row) => [row.partition, row.nextOffset])) };
  }
}

interface WindowRow {
  group: string;
  topic: string;
  partition: number;
  commits: string;
}

function prepareStatements(database: HistoryDatabase) {
  return {
    loadWindows: database.prepare<[string], WindowRow>(
      'SELECT group_id AS "group", topic, partition, commits FROM commit_window WHERE cluster = ?',
    ),
    saveWindow: database.prepare(
      `INSERT OR REPLACE INTO commit_window (cluster, group_id, topic, partition, commits)
       VALUES (@cluster, @group, @topic, @partition, @commits)`,
    ),
    deleteWindow: database.prepare(
      `DELETE FROM commit_window
       WHERE cluster = @cluster AND group_id = @group AND topic = @topic AND partition = @partition`,
    ),
    clearWindows: database.prepare('DELETE FROM commit_window WHERE cluster = ?'),
    clearPositions: database.prepare('DELETE FROM reading_position WHERE cluster = ?'),
    loadEndOffsets: database.prepare<[string], { topic: string; partition: number; polls: string }>(
      'SELECT topic, partition, polls FROM end_offsets WHERE cluster = ?',
    ),
    saveEndOffsets: database.prepare(
      'INSERT INTO end_offsets (cluster, topic, partition, polls) VALUES (@cluster, @topic, @partition, @polls)',
    ),
    clearEndOffsets: database.prepare('DELETE FROM end_offsets WHERE cluster = ?'),
    loadTopics: database.prepare<[string], { name: string; topicId: string }>(
      'SELECT name, topic_id AS topicId FROM topic WHERE cluster = ?',
    ),
    saveTopic: database.prepare(
      'INSERT INTO topic (cluster, name, topic_id) VALUES (@cluster, @name, @topicId)',
    ),
    clearTopics: database.prepare('DELETE FROM topic WHERE cluster = ?'),
    loadPositions: database.prepare<[string], { topicId: string; partition: number; nextOffset: number }>(
      `SELECT topic_id AS topicId, partition, next_offset AS nextOffset
       FROM reading_position WHERE cluster = ?`,
    ),
    savePosition: database.prepare(
      `INSERT OR REPLACE INTO reading_position (cluster, topic_id, partition, next_offset)
       VALUES (@cluster, @topicId, @partition, @nextOffset)`,
    ),
  };
}
