import { createContext, type ReactNode, useContext, useMemo, useState } from 'react';

/** How values are kept current. `live`: the server pushes; the others ask again at that pace, or not at all. */
export type RefreshChoice = 'live' | '10s' | '60s' | 'paused';

/** `connected`: pushed values arrive; `connecting`: not at this moment. */
export type StreamState = 'connecting' | 'connected';

interface Refresh {
  choice: RefreshChoice;
  choose: (choice: RefreshChoice) => void;
  stream: StreamState;
  setStream: (state: StreamState) => void;
}

const Context = createContext<Refresh | null>(null);
const storageKey = 'odradek.refresh';

export function RefreshProvider({ children }: { children: ReactNode }): ReactNode {
  const [choice, setChoice] = useState(readChoice);
  const [stream, setStream] = useState<StreamState>('connecting');
  const value = useMemo(() => {
    const choose = (next: RefreshChoice) => {
      localStorage.setItem(storageKey, next);
      setChoice(next);
    };
    return { choice, choose, stream, setStream };
  }, [choice, stream]);
  return <Context value={value}>{children}</Context>;
}

export function useRefresh(): Refresh {
  const value = useContext(Context);
  if (!value) throw new Error('useRefresh needs a <RefreshProvider> above it');
  return value;
}

/** When lists are asked for again: not at all while the stream keeps them current. */
export function useListInterval(): number | false {
  const { choice, stream } = useRefresh();
  if (choice === 'live') return stream === 'connected' ? false : 3000;
  return fixedInterval(choice);
}

/** When the details of one thing, which are not pushed, are asked for again: with every sample. */
export function useDetailInterval(sampleIntervalMs: number): number | false {
  const { choice } = useRefresh();
  return choice === 'live' ? Math.max(1000, sampleIntervalMs) : fixedInterval(choice);
}

function fixedInterval(choice: Exclude<RefreshChoice, 'live'>): number | false {
  return { '10s': 10_000, '60s': 60_000, paused: false as const }[choice];
}

function readChoice(): RefreshChoice {
  const stored = localStorage.getItem(storageKey);
  return stored === '10s' || stored === '60s' || stored === 'paused' ? stored : 'live';
}
