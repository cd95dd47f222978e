import type { Transaction } from '@odradek/contract';
import { describe, expect, it } from 'vitest';
import { TopicPartitionMap } from '../topic-partition-map.ts';
import { type HeldFacts, heldPartitions, suspects } from './held-partitions.ts';
import type { OpenProducer } from './read-producers.ts';

const gap = { topic: 'o', partition: 0, lastStableOffset: 5, highWatermark: 9 };
const producer: OpenProducer = {
  ...{ producerId: 7, producerEpoch: 1, startOffset: 5, lastWriteAt: 900, coordinatorEpoch: 0 },
};
const open: Transaction = {
  ...{ transactionalId: 'billing', state: 'Ongoing', isOpen: true, producerId: 7, producerEpoch: 1 },
  ...{ timeoutMs: 1_000, startedAt: 500, coordinator: 1, partitions: [{ topic: 'o', partitions: [0, 1] }] },
};

function at0(...producers: OpenProducer[]): TopicPartitionMap<readonly OpenProducer[]> {
  const map = new TopicPartitionMap<readonly OpenProducer[]>();
  map.set('o', 0, producers);
  return map;
}

function factsWith(change: Partial<HeldFacts>): HeldFacts {
  return {
    gaps: [gap],
    producersBefore: at0(producer),
    producersAfter: at0(producer),
    transactions: [],
    isComplete: true,
    now: 1_000,
    ...change,
  };
}

const held = (change: Partial<HeldFacts>) => heldPartitions(factsWith(change));

describe('a partition that is held back', () => {
  it('by a transaction under way is named with its transactional id', () => {
    expect(held({ transactions: [open] })).toEqual(
      [
        {
          ...gap,
          state: 'open',
          producer: { ...producer, coordinatorEpoch: undefined, transactionalId: 'billing' },
        },
      ].map(({ producer: { coordinatorEpoch: _, ...named }, ...rest }) => ({ ...rest, producer: named })),
    );
    expect(suspects(factsWith({ transactions: [open] }))).toEqual([]);
  });

  it('for longer than the transaction’s own timeout is overdue', () => {
    expect(held({ transactions: [open], now: 1_501 })).toMatchObject([{ state: 'overdue' }]);
    expect(held({ transactions: [open], now: 1_500 })).toMatchObject([{ state: 'open' }]);
  });

  it('hangs where no coordinator knows of what was open before and after they were asked', () => {
    const others: Transaction[] = [
      { ...open, isOpen: false, state: 'CompleteAbort' },
      { ...open, transactionalId: 'other', partitions: [{ topic: 'o', partitions: [1] }] },
    ];
    for (const transactions of [[], ...others.map((one) => [one])]) {
      expect(suspects(factsWith({ transactions }))).toEqual([gap]);
      expect(held({ transactions })).toMatchObject([{ state: 'hanging' }]);
    }
    expect(held({ transactions: [others[0] ?? open] })).toMatchObject([
      { producer: { transactionalId: 'billing' } },
    ]);
  });

  it('does not hang, and is not held any more, when the transaction ended while one was asking', () => {
    expect(held({ producersAfter: at0() })).toEqual([]);
    expect(held({ producersAfter: at0({ ...producer, startOffset: 8 }) })).toEqual([]);
    expect(held({ producersBefore: at0() })).toEqual([]);
  });

  it('is unclear while a coordinator or its leader was not heard', () => {
    expect(held({ isComplete: false })).toMatchObject([{ state: 'unclear' }]);
    expect(held({ producersAfter: new TopicPartitionMap() })).toMatchObject([{ state: 'unclear' }]);
    expect(held({ producersBefore: new TopicPartitionMap() })).toEqual([
      { ...gap, state: 'unclear', producer: null },
    ]);
  });

  it('is not called hanging for a transaction that was not described', () => {
    expect(held({ transactions: [{ ...open, partitions: null }] })).toMatchObject([{ state: 'open' }]);
  });
});
