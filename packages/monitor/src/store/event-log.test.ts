import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, it } from 'vitest';
import { IN_MEMORY, openDatabase } from './database.ts';
import { EventLog } from './event-log.ts';

const answers = (brokerId: number) => ({ kind: 'broker-answers' as const, brokerId });
const directories: string[] = [];

afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
});

describe('EventLog', () => {
  it('gives the newest first, page by page, each cluster its own', () => {
    const log = new EventLog(openDatabase(IN_MEMORY));
    log.add('a', { at: 10, since: 5 }, [answers(1), answers(2)]);
    log.add('b', { at: 11, since: null }, [answers(3)]);
    const [third] = log.add('a', { at: 12, since: 10 }, [answers(4)]);
    const newest = log.newest('a', { limit: 2 });
    expect(newest).toMatchObject([
      { id: third?.id, at: 12, since: 10, change: answers(4) },
      { at: 10, since: 5, change: answers(2) },
    ]);
    expect(log.newest('a', { limit: 2, before: newest[1]?.id })).toMatchObject([{ change: answers(1) }]);
  });

  it('keeps the newest five thousand of a cluster', () => {
    const log = new EventLog(openDatabase(IN_MEMORY));
    log.add('other', { at: 0, since: null }, [answers(0)]);
    for (let at = 1; at <= 52; at += 1) {
      log.add(
        'a',
        { at, since: null },
        Array.from({ length: 100 }, () => answers(at)),
      );
    }
    const kept = log.newest('a', { limit: 10_000 });
    expect(kept).toHaveLength(5_000);
    expect(kept.at(-1)).toMatchObject({ at: 3 });
    expect(log.newest('other', { limit: 10 })).toHaveLength(1);
  });
});

describe('a history file', () => {
  const newFile = (): string => {
    const directory = mkdtempSync(join(tmpdir(), 'odradek-history-'));
    directories.push(directory);
    return join(directory, 'history.sqlite');
  };

  it('of the first version is brought up to date, and keeps what it has', () => {
    const file = newFile();
    const made = openDatabase(file);
    made.exec('DROP TABLE cluster_event; DROP TABLE group_timeline; DROP TABLE offset_reset');
    made.exec('PRAGMA user_version = 1');
    made.exec("INSERT INTO topic (cluster, name, topic_id) VALUES ('a', 'orders', 'id')");
    made.close();
    const database = openDatabase(file);
    expect(new EventLog(database).add('a', { at: 1, since: null }, [answers(1)])).toHaveLength(1);
    expect(database.prepare('SELECT name FROM topic').all()).toEqual([{ name: 'orders' }]);
    database.close();
  });

  it('of a later version is refused', () => {
    const file = newFile();
    const later = new Database(file);
    later.pragma('user_version = 99');
    later.close();
    expect(() => openDatabase(file)).toThrow(/version 99; this Odradek reads versions up to 3/);
  });
});
