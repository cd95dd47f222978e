import { ErrorPanel } from '@odradek/ui/error-panel';
import { Skeleton } from '@odradek/ui/skeleton';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ApiError, remedyFor } from './api-error.ts';

export interface QueryViewProps<Data> {
  query: UseQueryResult<Data>;
  /** What is loaded, as it stands in "Loading …" and "… could not be loaded". */
  what: string;
  skeletonRows?: number;
  children: (data: Data) => ReactNode;
}

/**
 * Data once it is there, also while newer data is on its way or cannot be had: what was seen stays in sight and
 * ages (`StaleMarker`). A skeleton while waiting for the first answer; the error in its place when there is none.
 */
export function QueryView<Data>({ query, what, skeletonRows, children }: QueryViewProps<Data>): ReactNode {
  if (query.data !== undefined) return children(query.data);
  if (query.isError)
    return <RequestError error={query.error} what={what} onRetry={() => void query.refetch()} />;
  return <Skeleton label={what} {...(skeletonRows && { rows: skeletonRows })} />;
}

interface RequestErrorProps {
  error: Error;
  what: string;
  onRetry?: () => void;
}

/** A failed call, in the place of what it should have brought. */
function RequestError({ error, what, onRetry }: RequestErrorProps): ReactNode {
  const known = error instanceof ApiError ? error : null;
  const name = known?.code ?? error.name;
  const remedy = remedyFor(name);
  const details = [`${name}: ${error.message}`, known && `${known.request} → ${known.status}`, location.href];
  return (
    <ErrorPanel
      title={`${what.charAt(0).toUpperCase()}${what.slice(1)} could not be loaded`}
      name={name}
      cause={error.message}
      details={details.filter(Boolean).join('\n')}
      {...(remedy && { remedy })}
      {...(onRetry && { onRetry })}
    />
  );
}
