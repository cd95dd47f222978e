import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HistoryDatabase, IN_MEMORY, openDatabase } from './database.ts';
import { WindowStore } from './window-store.ts';

let database: HistoryDatabase;
let store: WindowStore;

beforeEach(() => {
  database = openDatabase(IN_MEMORY);
  store = new WindowStore(database);
});

afterEach(() => {
  database.close();
});

const commits = [{ offset: 3, order: 7, timestamp: 1000, observedAt: 1100, lag: null }];
const kept = { group: 'g', topic: 't', partition: 0, commits };
const positions = { topicId: 'id', nextOffsets: new Map([[2, 40]]) };

describe('WindowStore', () => {
  it('gives back what it kept, cluster by cluster', () => {
    store.save('c', { windows: [kept], positions });
    const steps = store.savingEndOffsets(
      'c',
      [{ topic: 't', partition: 0, polls: [{ offset: 9, at: 1000 }] }],
      new Map([['t', 'topic-id']]),
    );
    expect([...steps]).toHaveLength(1);
    expect(store.load('c')).toEqual({
      windows: [kept],
      endOffsets: [{ topic: 't', partition: 0, polls: [{ offset: 9, at: 1000 }] }],
      topicIds: new Map([['t', 'topic-id']]),
      positions,
    });
    expect(store.load('d').windows).toEqual([]);
  });

  it('keeps no window that is empty', () => {
    store.save('c', { windows: [kept], positions: null });
    store.save('c', { windows: [{ ...kept, commits: [] }], positions: null });
    expect(store.load('c').windows).toEqual([]);
  });

  it('forgets windows and reading positions together', () => {
    store.save('c', { windows: [kept], positions });
    store.forget('c');
    expect(store.load('c')).toMatchObject({ windows: [], positions: null });
  });
});
