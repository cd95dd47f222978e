import { createContext, type ReactNode, useContext } from 'react';
import type { ApiClient } from './api-client.ts';
import type { TokenStore } from './token.ts';

/** What pages need from outside: the server, the token, and whether values arrive by themselves. */
export interface ConsoleContext {
  api: ApiClient;
  tokens: TokenStore;
}

const Context = createContext<ConsoleContext | null>(null);

export function ConsoleProvider({
  value,
  children,
}: {
  value: ConsoleContext;
  children: ReactNode;
}): ReactNode {
  return <Context value={value}>{children}</Context>;
}

export function useConsole(): ConsoleContext {
  const value = useContext(Context);
  if (!value) throw new Error('useConsole needs a <ConsoleProvider> above it');
  return value;
}
