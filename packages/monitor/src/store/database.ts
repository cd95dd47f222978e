import { closeSync, openSync } from 'node:fs';
import Database from 'better-sqlite3';

const firstSchema = `
  CREATE TABLE series (
    id INTEGER PRIMARY KEY,
    cluster TEXT NOT NULL,
    group_id TEXT NOT NULL,
    topic TEXT NOT NULL,
    partition INTEGER NOT NULL,
    UNIQUE (cluster, group_id, topic, partition)
  );
  CREATE TABLE lag (
    resolution INTEGER NOT NULL,
    series INTEGER NOT NULL,
    at INTEGER NOT NULL,
    lag INTEGER,
    max_lag INTEGER,
    committed INTEGER,
    end_offset INTEGER,
    PRIMARY KEY (resolution, series, at)
  ) WITHOUT ROWID;
  CREATE TABLE commit_window (
    cluster TEXT NOT NULL,
    group_id TEXT NOT NULL,
    topic TEXT NOT NULL,
    partition INTEGER NOT NULL,
    commits TEXT NOT NULL,
    PRIMARY KEY (cluster, group_id, topic, partition)
  ) WITHOUT ROWID;
  CREATE TABLE end_offsets (
    cluster TEXT NOT NULL,
    topic TEXT NOT NULL,
    partition INTEGER NOT NULL,
    polls TEXT NOT NULL,
    PRIMARY KEY (cluster, topic, partition)
  ) WITHOUT ROWID;
  CREATE TABLE topic (
    cluster TEXT NOT NULL,
    name TEXT NOT NULL,
    topic_id TEXT NOT NULL,
    PRIMARY KEY (cluster, name)
  ) WITHOUT ROWID;
  CREATE TABLE reading_position (
    cluster TEXT NOT NULL,
    topic_id TEXT NOT NULL,
    partition INTEGER NOT NULL,
    next_offset INTEGER NOT NULL,
    PRIMARY KEY (cluster, partition)
  ) WITHOUT ROWID;
  CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    cluster TEXT NOT NULL,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    outcome TEXT NOT NULL,
    detail TEXT
  );
`;

const clusterEvents = `
  CREATE TABLE cluster_event (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    cluster TEXT NOT NULL,
    at INTEGER NOT NULL,
    since INTEGER,
    change TEXT NOT NULL
  );
  CREATE INDEX cluster_event_of_cluster ON cluster_event (cluster, id);
`;

const groupsAndResets = `
  CREATE TABLE group_timeline (
    cluster TEXT NOT NULL,
    group_id TEXT NOT NULL,
    timeline TEXT NOT NULL,
    PRIMARY KEY (cluster, group_id)
  ) WITHOUT ROWID;
  CREATE TABLE offset_reset (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    cluster TEXT NOT NULL,
    group_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    partitions TEXT NOT NULL,
    undone_at INTEGER
  );
  CREATE INDEX offset_reset_of_group ON offset_reset (cluster, group_id, id);
`;

/**
 * What makes a history of each version of the one before: version 1 of an empty file, and so on. A file of a version
 * that is not made here is refused, not guessed at.
 */
const steps = [firstSchema, clusterEvents, groupsAndResets];

/** A history that ends with the process. */
export const IN_MEMORY = ':memory:';

/** The history names groups and topics, which are nobody else's business. */
const OWNER_ONLY = 0o600;

export type HistoryDatabase = Database.Database;

/**
 * Opens the history file, making it when there is none. Write-ahead log, one writer: this process.
 * One of an earlier version is brought up to this one. Throws when the file is of a later version.
 */
export function openDatabase(path: string): HistoryDatabase {
  if (path !== IN_MEMORY) {
    // SQLite gives the files beside it the same mode.
    closeSync(openSync(path, 'a', OWNER_ONLY));
  }
  const database = new Database(path);
  database.pragma('journal_mode = WAL');
  // The log is synced at checkpoints only: a power cut may cost the last samples, never the file.
  database.pragma('synchronous = NORMAL');
  const version = Number(database.pragma('user_version', { simple: true }));
  if (version > steps.length) {
    database.close();
    throw new Error(
      `${path} holds a history of version ${version}; this Odradek reads versions up to ${steps.length}. ` +
        'Move the file away to begin a new history.',
    );
  }
  if (version < steps.length) {
    database.transaction(() => {
      for (const step of steps.slice(version)) database.exec(step);
      database.pragma(`user_version = ${steps.length}`);
    })();
  }
  return database;
}

/** Bytes in use, free pages not counted. */
export function usedBytes(database: HistoryDatabase): number {
  const pages = Number(database.pragma('page_count', { simple: true }));
  const free = Number(database.pragma('freelist_count', { simple: true }));
  return (pages - free) * Number(database.pragma('page_size', { simple: true }));
}
