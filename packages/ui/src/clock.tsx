import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';

const Now = createContext<number | null>(null);

export interface ClockProps {
  /** Milliseconds since the epoch; tests hand in their own. */
  read: () => number;
  everyMs?: number;
  children: ReactNode;
}

/** One shared tick for every age on the page, so that ages agree with each other and stop in a hidden window. */
export function Clock({ read, everyMs = 1000, children }: ClockProps): ReactNode {
  const [now, setNow] = useState(read);
  useEffect(() => {
    const tick = () => {
      if (!document.hidden) setNow(read());
    };
    const timer = setInterval(tick, everyMs);
    document.addEventListener('visibilitychange', tick);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', tick);
    };
  }, [read, everyMs]);
  return <Now value={now}>{children}</Now>;
}

/** The time of the last tick, in milliseconds since the epoch. Needs a `Clock` above. */
export function useNow(): number {
  const now = useContext(Now);
  if (now === null) throw new Error('useNow needs a <Clock> above it');
  return now;
}
