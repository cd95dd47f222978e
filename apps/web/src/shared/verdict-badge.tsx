import { StatusBadge, type Tone } from '@odradek/ui/status-badge';
import type { ReactNode } from 'react';
import type { Verdict } from './verdict-order.ts';

/** Burrow's word for a group or partition; without a commit there is nothing to judge. */
export function VerdictBadge({ verdict }: { verdict: Verdict | null }): ReactNode {
  if (verdict === null) return <StatusBadge tone="unknown">no commits</StatusBadge>;
  return <StatusBadge tone={toneOf(verdict)}>{verdict}</StatusBadge>;
}

function toneOf(verdict: Verdict): Tone {
  if (verdict === 'OK') return 'ok';
  return verdict === 'WARN' ? 'warn' : 'critical';
}
