import { QueryClient } from '@tanstack/react-query';
import { ApiError } from '../shared/api-error.ts';

/** One cache for all server state. A refusal is final; an answer that did not come is asked for once more. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 500,
        networkMode: 'always',
        retry: (failures, error) => failures < 1 && !(error instanceof ApiError && error.status >= 400),
        retryDelay: 400,
      },
      mutations: { networkMode: 'always' },
    },
  });
}
