import { Clock } from '@odradek/ui/clock';
import { Toasts } from '@odradek/ui/toast';
import { type QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { type ReactNode, useMemo } from 'react';
import type { ApiClient } from '../shared/api-client.ts';
import { ConsoleProvider } from '../shared/console-context.tsx';
import { RefreshProvider } from '../shared/refresh.tsx';
import type { TokenStore } from '../shared/token.ts';
import type { ConsoleRouter } from './router.tsx';

export interface ConsoleProps {
  api: ApiClient;
  tokens: TokenStore;
  router: ConsoleRouter;
  queryClient: QueryClient;
}

/** The whole application around its router. */
export function Console({ api, tokens, router, queryClient }: ConsoleProps): ReactNode {
  const context = useMemo(() => ({ api, tokens }), [api, tokens]);
  return (
    <QueryClientProvider client={queryClient}>
      <ConsoleProvider value={context}>
        <RefreshProvider>
          <Clock read={Date.now}>
            <Toasts>
              <RouterProvider router={router} />
            </Toasts>
          </Clock>
        </RefreshProvider>
      </ConsoleProvider>
    </QueryClientProvider>
  );
}
