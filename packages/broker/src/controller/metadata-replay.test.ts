import { beforeEach, describe, expect, test } from 'vitest';
import { registration } from '../../test/metadata/controller-view.ts';
import { MetadataDelta } from '../metadata/metadata-delta.ts';
import type { MetadataImage } from '../metadata/metadata-image.ts';
import { encodeMetadataRecord, type MetadataRecord } from '../metadata/metadata-record.ts';
import { MetadataReplay } from './metadata-replay.ts';

const ORDERS = 'ORDERSAAAAAAAAAAAAAAAQ';
const ORDERS_ANEW = 'ORDERSBBBBBBBBBBBBBBBQ';

const topic = (topicId: string): MetadataRecord => ({ kind: 'topic', value: { name: 'orders', topicId } });
const removal = (topicId: string): MetadataRecord => ({ kind: 'removeTopic', value: { topicId } });

describe('a node that starts', () => {
  let published: { readonly delta: MetadataDelta; readonly image: MetadataImage }[];
  let replay: MetadataReplay;
  let offset: number;

  beforeEach(() => {
    published = [];
    offset = -1;
    replay = new MetadataReplay(
      (delta, image) => published.push({ delta, image }),
      (image) => image.brokers.has(1),
    );
  });

  function commit(...records: readonly MetadataRecord[]): void {
    offset += records.length;
    const values = records.map(encodeMetadataRecord);
    replay.replay({
      ...{ epoch: 1, lastOffset: offset, records: values, controlRecords: [] },
      ...{ timestamp: 0, sizeInBytes: 0 },
    });
    replay.publish();
  }

  /** Of this node's own controller, which need not be decoded again. */
  function decide(...records: readonly MetadataRecord[]): void {
    offset += records.length;
    const delta = new MetadataDelta(replay.replayed());
    for (const record of records) delta.replay(record);
    replay.adopt({ records, delta, image: delta.imageAt({ offset, epoch: 1 }) });
    replay.publish();
  }

  test.each([['committed by another', commit] as const, ['decided itself', decide] as const])(
    'is told of nothing before its registration, and then never of what was over by then (%s)',
    (_, take) => {
      take(topic(ORDERS));
      take(removal(ORDERS), topic(ORDERS_ANEW));
      expect(published).toEqual([]);
      expect(replay.replayed().topicsById.has(ORDERS_ANEW)).toBe(true);
      take(registration(1));
      expect(published).toHaveLength(1);
      const [{ delta, image } = {}] = published;
      expect([...(delta?.changedTopics.keys() ?? [])]).toEqual([ORDERS_ANEW]);
      expect([...(image?.topicsById.values() ?? [])].map(({ id }) => id)).toEqual([ORDERS_ANEW]);
      expect(image?.offset).toBe(3);
    },
  );

  test('is told of each step from then on', () => {
    commit(registration(1));
    decide(topic(ORDERS));
    commit(removal(ORDERS));
    expect(published.map(({ image }) => image.topicsById.size)).toEqual([0, 1, 0]);
    expect(published.map(({ image }) => image.offset)).toEqual([0, 1, 2]);
  });
});
