import type { HeldPartition, HeldState, Transaction } from '@odradek/contract';
import type { TopicPartitionMap } from '../topic-partition-map.ts';
import type { OpenProducer } from './read-producers.ts';

/** A partition whose last stable offset lies below its high watermark. */
export interface Gap {
  readonly topic: string;
  readonly partition: number;
  readonly lastStableOffset: number;
  readonly highWatermark: number;
}

export interface HeldFacts {
  readonly gaps: readonly Gap[];
  /** As the leaders told before the coordinators were asked, and again after that, where it was asked again. */
  readonly producersBefore: TopicPartitionMap<readonly OpenProducer[]>;
  readonly producersAfter: TopicPartitionMap<readonly OpenProducer[]>;
  readonly transactions: readonly Transaction[];
  /** Every coordinator has told its transactions: what is not among them is known to nobody. */
  readonly isComplete: boolean;
  readonly now: number;
}

/** The gaps without those that closed while they were looked at, each with who holds it back and whether he ever ends. */
export function heldPartitions(facts: HeldFacts): HeldPartition[] {
  const byProducer = Map.groupBy(facts.transactions, ({ producerId }) => producerId);
  return facts.gaps.flatMap((gap): HeldPartition[] => {
    const told = facts.producersBefore.get(gap.topic, gap.partition);
    if (told === undefined) return [{ ...gap, state: 'unclear', producer: null }];
    const [first] = told;
    if (first === undefined) return [];
    const known = byProducer.get(first.producerId) ?? [];
    const holding = known.find((transaction) => holds(transaction, gap));
    const state = holding === undefined ? stateOfUnknown(facts, gap, first) : stateOf(holding, facts.now);
    if (state === 'ended') return [];
    const { producerId, producerEpoch, startOffset, lastWriteAt } = first;
    const transactionalId = (holding ?? known[0])?.transactionalId ?? null;
    return [
      { ...gap, state, producer: { producerId, producerEpoch, startOffset, lastWriteAt, transactionalId } },
    ];
  });
}

/** Partitions whose open transaction no coordinator has told of: only if it is still open then, nobody knows of it. */
export function suspects({ gaps, producersBefore, transactions }: HeldFacts): Gap[] {
  const byProducer = Map.groupBy(transactions, ({ producerId }) => producerId);
  return gaps.filter((gap) => {
    const [first] = producersBefore.get(gap.topic, gap.partition) ?? [];
    return (
      first !== undefined &&
      !(byProducer.get(first.producerId) ?? []).some((transaction) => holds(transaction, gap))
    );
  });
}

/** An open transaction that was not described may have any partition. */
function holds({ isOpen, partitions }: Transaction, { topic, partition }: Gap): boolean {
  const isIn =
    partitions === null ||
    partitions.some((one) => one.topic === topic && one.partitions.includes(partition));
  return isOpen && isIn;
}

function stateOf({ startedAt, timeoutMs }: Transaction, now: number): HeldState {
  const isOverdue = startedAt !== null && timeoutMs !== null && now > startedAt + timeoutMs;
  return isOverdue ? 'overdue' : 'open';
}

/**
 * A transaction that began before the coordinators were asked and was still open after that was open while they were
 * asked: that none of them knew of it is then no accident of time.
 */
function stateOfUnknown(
  { producersAfter, isComplete }: HeldFacts,
  { topic, partition }: Gap,
  first: OpenProducer,
): HeldState | 'ended' {
  const after = producersAfter.get(topic, partition);
  if (after === undefined) return 'unclear';
  const isStillOpen = after.some(
    ({ producerId, startOffset }) => producerId === first.producerId && startOffset === first.startOffset,
  );
  if (!isStillOpen) return 'ended';
  return isComplete ? 'hanging' : 'unclear';
}
