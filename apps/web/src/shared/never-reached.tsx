import { EmptyState } from '@odradek/ui/empty-state';
import type { ReactNode } from 'react';

/** Stands in place of a list of a cluster that has not been sampled yet: empty is not what is known of it. */
export function NeverReached(): ReactNode {
  return (
    <EmptyState title="Not known yet">
      The cluster has not been reached since the console started. What it holds appears here by itself when it
      is.
    </EmptyState>
  );
}
