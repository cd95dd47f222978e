import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HistoryDatabase, openDatabase, usedBytes } from './database.ts';
import { LagHistory } from './lag-history.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const start = 1_000 * HOUR;

let directory: string;
let database: HistoryDatabase;
let history: LagHistory;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'odradek-history-'));
  database = openDatabase(join(directory, 'history.sqlite'));
  history = new LagHistory(database, 64 * 1024 * 1024);
});

afterEach(() => {
  database.close();
  rmSync(directory, { recursive: true });
});

function sample(lag: number | null, group = 'g') {
  return { group, topic: null, partition: null, lag, committed: 10, end: lag === null ? null : 10 + lag };
}

function query(from: number, to: number, stepMs: number, now = to) {
  return history.query('c', { group: 'g', topic: null, partition: null, from, to, stepMs, now });
}

describe('LagHistory', () => {
  it('leaves a gap where there was no sample, which is not a lag of zero', () => {
    history.record('c', start, [sample(5)]);
    history.record('c', start + 3000, [sample(0)]);
    expect(query(start, start + 4000, 1000).map(({ lag }) => lag)).toEqual([5, null, null, 0]);
  });

  it('gives the last value of a step and the largest', () => {
    for (const [second, lag] of [3, 9, 4].entries()) {
      history.record('c', start + second * 1000, [sample(lag)]);
    }
    expect(query(start, start + 10_000, 10_000)).toEqual([
      { at: start, lag: 4, maxLag: 9, committed: 10, end: 14 },
    ]);
  });

  it('keeps partitions, groups and clusters apart', () => {
    history.record('c', start, [
      sample(1),
      sample(2, 'other'),
      { ...sample(3), topic: 't', partition: 0 },
      { ...sample(4), topic: 't', partition: 1 },
    ]);
    history.record('d', start, [sample(5)]);
    const times = { from: start, to: start + 1, stepMs: 1000, now: start + 1 };
    const partition = { group: 'g', topic: 't', partition: 1, ...times };
    expect(query(start, start + 1, 1000)[0]?.lag).toBe(1);
    expect(history.query('c', partition)[0]?.lag).toBe(4);
  });

  it('has rolled up what is too old to be kept as it came', () => {
    for (let at = start; at <= start + 3 * HOUR; at += 10_000) {
      history.record('c', at, [
        sample((at - start) / 10_000),
        sample(at % 60_000 === 20_000 ? 99 : 1, 'spiky'),
      ]);
    }
    const points = query(start, start + 3 * HOUR, MINUTE);
    expect(points).toHaveLength(180);
    expect(points[0]).toMatchObject({ lag: 5, maxLag: 5 });
    expect(points.every(({ lag }) => lag !== null)).toBe(true);
    const hours = { from: start, to: start + 2 * HOUR, stepMs: MINUTE, now: start + 3 * HOUR };
    const spiky = history.query('c', { group: 'spiky', topic: null, partition: null, ...hours });
    expect(spiky[0]).toMatchObject({ lag: 1, maxLag: 99 });
    const raw = database
      .prepare<[], { first: number }>('SELECT min(at) AS first FROM lag WHERE resolution = 0')
      .get();
    expect(raw?.first).toBeGreaterThan(start + 1.9 * HOUR);
  });

  it('shows a short while of long ago from the roll-ups', () => {
    for (let at = start; at <= start + 3 * HOUR; at += 10_000) {
      history.record('c', at, [sample(1)]);
    }
    const shown = query(start, start + 10 * MINUTE, MINUTE, start + 3 * HOUR);
    expect(shown.map(({ lag }) => lag)).toEqual(Array.from({ length: 10 }, () => 1));
  });

  it('does not outgrow its limit', () => {
    const limit = 512 * 1024;
    history = new LagHistory(database, limit);
    const groups = Array.from({ length: 50 }, (_, index) => sample(index, `group-${index}`));
    let largest = 0;
    for (let at = start; at < start + HOUR; at += 10_000) {
      history.record('c', at, groups);
      largest = Math.max(largest, usedBytes(database));
    }
    expect(largest).toBeLessThan(limit * 1.5);
    expect(query(start + HOUR - 20_000, start + HOUR, 10_000)).toHaveLength(2);
  });

  it('forgets a group a month after its last sample, and knows it again when it comes back', () => {
    history.record('c', start, [sample(1, 'gone')]);
    history.record('c', start + 31 * 24 * HOUR, [sample(2)]);
    const names = database.prepare<[], { name: string }>('SELECT group_id AS name FROM series').all();
    expect(names).toEqual([{ name: 'g' }]);
    const back = start + 31 * 24 * HOUR + 1000;
    history.record('c', back, [sample(3, 'gone'), sample(4)]);
    expect(query(back, back + 1, 1000)[0]?.lag).toBe(4);
  });

  it('is readable by its owner alone', () => {
    expect(statSync(join(directory, 'history.sqlite')).mode & 0o777).toBe(0o600);
    expect(statSync(join(directory, 'history.sqlite-wal')).mode & 0o777).toBe(0o600);
  });

  it('remembers after a restart', () => {
    history.record('c', start, [sample(5)]);
    database.close();
    database = openDatabase(join(directory, 'history.sqlite'));
    history = new LagHistory(database, 64 * 1024 * 1024);
    expect(query(start, start + 1000, 1000)[0]?.lag).toBe(5);
  });
});

describe('openDatabase', () => {
  it('refuses a history of another version', () => {
    database.pragma('user_version = 99');
    expect(() => openDatabase(join(directory, 'history.sqlite'))).toThrow(/version 99/);
  });
});
