import { describe, expect, it } from 'vitest';
import { CommittedOffsetChanges } from './committed-offset-changes.ts';

function answer(offset: number | null, group = 'g') {
  const offsets = offset === null ? [] : [{ group, topic: 't', partition: 0, offset, metadata: null }];
  return { offsets, answered: new Set([group]) };
}

describe('CommittedOffsetChanges', () => {
  it('sees a commit only when the offset moved, at the time of the tick', () => {
    const changes = new CommittedOffsetChanges();
    expect(changes.compare(answer(5), 1_000)).toMatchObject([
      { kind: 'commit', offset: 5, timestamp: 1_000 },
    ]);
    expect(changes.compare(answer(5), 2_000)).toEqual([]);
    expect(changes.compare(answer(4), 3_000)).toMatchObject([{ offset: 4, timestamp: 3_000, order: 3_000 }]);
  });

  it('reports an offset that is gone', () => {
    const changes = new CommittedOffsetChanges();
    changes.compare(answer(5), 1_000);
    expect(changes.compare(answer(null), 2_000)).toEqual([
      { kind: 'offset-removed', group: 'g', topic: 't', partition: 0 },
    ]);
    expect(changes.compare(answer(null), 3_000)).toEqual([]);
  });

  it('reports the offsets of a group that is known to be gone, once', () => {
    const changes = new CommittedOffsetChanges();
    changes.compare(answer(5), 1_000);
    expect(changes.groups).toEqual(['g']);
    const deleted = { offsets: [], answered: new Set(['g']) };
    expect(changes.compare(deleted, 2_000)).toMatchObject([{ kind: 'offset-removed', group: 'g' }]);
    expect(changes.groups).toEqual([]);
    expect(changes.compare(deleted, 3_000)).toEqual([]);
  });

  it('goes on from what an earlier run saw', () => {
    const changes = new CommittedOffsetChanges(answer(5).offsets);
    expect(changes.compare(answer(5), 1_000)).toEqual([]);
    expect(changes.compare(answer(6), 2_000)).toMatchObject([{ kind: 'commit', offset: 6 }]);
  });

  it('takes a group that was not answered for unchanged', () => {
    const changes = new CommittedOffsetChanges();
    changes.compare(answer(5), 1_000);
    expect(changes.compare({ offsets: [], answered: new Set() }, 2_000)).toEqual([]);
    expect(changes.compare(answer(5), 3_000)).toEqual([]);
  });
});
