import { StatusBadge, type Tone } from '@odradek/ui/status-badge';
import type { ReactNode } from 'react';

/** Kafka's state of a group, in Kafka's word. */
export function GroupStateBadge({ state }: { state: string }): ReactNode {
  return (
    <StatusBadge tone={tones[state] ?? 'warn'} look="plain">
      {state}
    </StatusBadge>
  );
}

/** States that pass by themselves (rebalances) warn; an empty group is neither good nor bad. */
const tones: Readonly<Record<string, Tone>> = {
  Stable: 'ok',
  Empty: 'unknown',
  Dead: 'unknown',
  Unknown: 'unknown',
};
