import { EmptyState } from '@odradek/ui/empty-state';
import { ErrorPanel } from '@odradek/ui/error-panel';
import { type ErrorComponentProps, Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

/** A page that broke while drawing; the frame around it still works. */
export function PageFailure({ error: thrown, reset }: ErrorComponentProps): ReactNode {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  return (
    <ErrorPanel
      title="This page could not be drawn"
      name={error.name}
      cause={error.message}
      remedy="This is a fault of the console. Copy the details into an issue; other pages still work."
      details={`${error.stack ?? error.message}\n${location.href}`}
      onRetry={reset}
    />
  );
}

export function NotFound(): ReactNode {
  return (
    <EmptyState title="There is no such page" action={<Link to="/">Go to the clusters</Link>}>
      The address <code>{location.pathname}</code> leads nowhere in this console.
    </EmptyState>
  );
}
