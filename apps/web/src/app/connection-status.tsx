import { StatusBadge } from '@odradek/ui/status-badge';
import type { ReactNode } from 'react';
import { useRefresh } from '../shared/refresh.tsx';

/** Whether values arrive by themselves. `silent`: the server gave no answer when asked last. */
export function ConnectionStatus({ silent }: { silent: boolean }): ReactNode {
  const { choice, stream } = useRefresh();
  if (silent) return <StatusBadge tone="unknown">Server silent, retrying</StatusBadge>;
  if (choice === 'paused') return <StatusBadge tone="unknown">Paused</StatusBadge>;
  if (choice !== 'live')
    return <StatusBadge tone="ok" look="plain">{`Every ${choice.replace('s', ' s')}`}</StatusBadge>;
  if (stream === 'connected') {
    return (
      <StatusBadge tone="ok" look="plain">
        Live
      </StatusBadge>
    );
  }
  return (
    <StatusBadge tone="unknown" look="plain">
      Connecting
    </StatusBadge>
  );
}
