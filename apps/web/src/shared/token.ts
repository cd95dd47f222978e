import { useSyncExternalStore } from 'react';

/** What the server said when it refused the token last; null while nothing was refused. */
export interface Refusal {
  code: string;
  /** Where the server says the token lies; null when it does not say. */
  tokenFile: string | null;
}

export interface TokenStore {
  read(): string | null;
  save(token: string): void;
  forget(): void;
  refuse(refusal: Refusal): void;
  refusal(): Refusal | null;
  subscribe(listener: () => void): () => void;
}

const storageKey = 'odradek.token';

/**
 * Keeps the token that `odradek up` handed over in the address (`#token=…`): taken into `storage` and out of the
 * address at once, so that it is neither bookmarked nor shown.
 */
export function createTokenStore({
  storage,
  location,
  history,
}: Pick<Window, 'location' | 'history'> & { storage: Storage }): TokenStore {
  const listeners = new Set<() => void>();
  let refused: Refusal | null = null;
  const tell = () => {
    for (const listener of listeners) listener();
  };
  const handedOver = new URLSearchParams(location.hash.slice(1)).get('token');
  if (handedOver) {
    storage.setItem(storageKey, handedOver);
    history.replaceState(history.state, '', `${location.pathname}${location.search}`);
  }
  return {
    read: () => storage.getItem(storageKey),
    save(token) {
      storage.setItem(storageKey, token);
      refused = null;
      tell();
    },
    forget() {
      storage.removeItem(storageKey);
      tell();
    },
    refuse(refusal) {
      refused = refusal;
      tell();
    },
    refusal: () => refused,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export function useRefusal(tokens: TokenStore): Refusal | null {
  return useSyncExternalStore(tokens.subscribe, tokens.refusal);
}
