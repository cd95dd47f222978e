import type { AbortRequest, HeldPartition, HeldState, Transaction, TransactionList } from '@odradek/contract';
import type { Tone } from '@odradek/ui/status-badge';

export interface TransactionFilter {
  filter?: string | undefined;
  show?: 'all' | undefined;
}

/** Those with something open unless all are wanted; every word must occur in the id or in a topic's name. */
export function filterTransactions(
  transactions: readonly Transaction[],
  { filter = '', show }: TransactionFilter,
): Transaction[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  return transactions.filter(({ isOpen, transactionalId, partitions }) => {
    if (!isOpen && show !== 'all') return false;
    const names = [transactionalId, ...(partitions ?? []).map(({ topic }) => topic)];
    return words.every((word) => names.some((name) => name.toLowerCase().includes(word)));
  });
}

export interface TransactionFigures {
  open: number;
  /** Of the open ones, those that are older than their own timeout. */
  overdue: number;
  hanging: number;
  /** Records that a read_committed consumer cannot read yet, in the partition with most of them. */
  widestGap: number;
}

export function figuresOf({ transactions, held, checkedAt }: TransactionList): TransactionFigures {
  const open = transactions.filter(({ isOpen }) => isOpen);
  return {
    open: open.length,
    overdue: open.filter((one) => isOverdue(one, checkedAt)).length,
    hanging: held.filter(({ state }) => state === 'hanging').length,
    widestGap: Math.max(0, ...held.map(gapOf)),
  };
}

export function isOverdue({ isOpen, startedAt, timeoutMs }: Transaction, now: number): boolean {
  return isOpen && startedAt !== null && timeoutMs !== null && now > startedAt + timeoutMs;
}

export function gapOf({ highWatermark, lastStableOffset }: HeldPartition): number {
  return highWatermark - lastStableOffset;
}

export function partitionCount({ partitions }: Transaction): number | null {
  return partitions?.reduce((total, one) => total + one.partitions.length, 0) ?? null;
}

/** How what holds a partition back can be ended from here; null: it cannot. */
export function abortOf({ topic, partition, state, producer }: HeldPartition): AbortRequest | null {
  if (producer === null) return null;
  if (state === 'hanging') return { kind: 'hanging', topic, partition, startOffset: producer.startOffset };
  return state === 'unclear' || producer.transactionalId === null
    ? null
    : { kind: 'fence', transactionalId: producer.transactionalId };
}

export const heldStates: Readonly<Record<HeldState, { tone: Tone; word: string }>> = {
  open: { tone: 'ok', word: 'Open' },
  overdue: { tone: 'warn', word: 'Overdue' },
  hanging: { tone: 'critical', word: 'Hanging' },
  unclear: { tone: 'unknown', word: 'Unclear' },
};

/** Kafka's states of a transactional id; those that end by themselves within a moment are no reason to worry. */
export function toneOf(transaction: Transaction, now: number): Tone {
  if (isOverdue(transaction, now)) return 'warn';
  return transaction.isOpen ? 'ok' : 'unknown';
}
