import { useCallback, useSyncExternalStore } from 'react';

export type ThemeChoice = 'system' | 'light' | 'dark';

const storageKey = 'odradek.theme';
const changed = 'odradek-theme-changed';

/** The chosen theme and how to choose. The choice outlives the page; `public/theme.js` applies it before paint. */
export function useTheme(): { choice: ThemeChoice; choose: (choice: ThemeChoice) => void } {
  const choice = useSyncExternalStore(subscribe, readChoice);
  const choose = useCallback((next: ThemeChoice) => {
    if (next === 'system') localStorage.removeItem(storageKey);
    else localStorage.setItem(storageKey, next);
    window.dispatchEvent(new Event(changed));
  }, []);
  return { choice, choose };
}

/** Keeps the page in the chosen theme: other tabs and the system may change it. Returns how to stop. */
export function followTheme(): () => void {
  return subscribe(() => {
    const choice = readChoice();
    const dark = choice === 'dark' || (choice === 'system' && prefersDark().matches);
    document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  });
}

function subscribe(listener: () => void): () => void {
  const system = prefersDark();
  system.addEventListener('change', listener);
  window.addEventListener('storage', listener);
  window.addEventListener(changed, listener);
  return () => {
    system.removeEventListener('change', listener);
    window.removeEventListener('storage', listener);
    window.removeEventListener(changed, listener);
  };
}

function readChoice(): ThemeChoice {
  const stored = localStorage.getItem(storageKey);
  return stored === 'light' || stored === 'dark' ? stored : 'system';
}

function prefersDark(): MediaQueryList {
  return window.matchMedia('(prefers-color-scheme: dark)');
}
