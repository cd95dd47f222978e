import type { GroupVerdict, PartitionVerdict } from '@odradek/contract';
import { StatusBadge, type Tone } from '@odradek/ui/status-badge';
import type { ReactNode } from 'react';

export type Verdict = GroupVerdict | PartitionVerdict;

/** Burrow's word for a group or partition; without a commit there is nothing to judge. */
export function VerdictBadge({ verdict }: { verdict: Verdict | null }): ReactNode {
  if (verdict === null) return <StatusBadge tone="unknown">no commits</StatusBadge>;
  return <StatusBadge tone={toneOf(verdict)}>{verdict}</StatusBadge>;
}

/** Larger is worse; for sorting. */
export function severityOf(verdict: Verdict | null): number {
  return verdict === null ? 0 : order.indexOf(verdict) + 1;
}

const order: readonly Verdict[] = ['OK', 'WARN', 'REWIND', 'STALL', 'STOP', 'ERR'];

function toneOf(verdict: Verdict): Tone {
  if (verdict === 'OK') return 'ok';
  return verdict === 'WARN' ? 'warn' : 'critical';
}
