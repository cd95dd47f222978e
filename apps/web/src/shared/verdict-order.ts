import type { GroupVerdict, PartitionVerdict } from '@odradek/contract';

export type Verdict = GroupVerdict | PartitionVerdict;

/** How much something needs a look, for sorting: first by its verdict, then by its lag. Larger is more. */
export function urgencyOf(verdict: Verdict | null, lag: number | null): number {
  return severityOf(verdict) * lagLimit + Math.min(lag === null ? 0 : lag + 1, lagLimit - 1);
}

/** Larger is worse; without a commit there is nothing that could be bad. */
function severityOf(verdict: Verdict | null): number {
  return verdict === null ? 0 : order.indexOf(verdict) + 1;
}

const order: readonly Verdict[] = ['OK', 'WARN', 'REWIND', 'STALL', 'STOP', 'ERR'];

/** Leaves every lag and all six severities inside the exact integers. */
const lagLimit = 2 ** 50;
