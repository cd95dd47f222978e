/**
 * How one broker process of a local cluster is kept: a state machine, events in, effects out.
 *
 * ```
 *                      ┌────────── continued ──────────┐
 *                      ▼                               │
 * stopped ──start──▶ starting ──answered──▶ running ──halted──▶ paused
 *    ▲  ▲                │                     │                  │
 *    │  └── backoff ── exited, unasked ◀───────┴──────────────────┤
 *    │                   └──▶ failed: again and again, or its configuration is at fault
 *    └────────── exited ── stopping ◀──── stop, kill ─────────────┘
 * ```
 * `running` is said only after a round trip on the advertised address, also after a pause, and `paused` once the
 * process is seen to stand still, whoever halted it. A broker that was killed by request stays stopped; one that
 * somebody else killed is started again.
 */
export type BrokerState = 'stopped' | 'starting' | 'running' | 'paused' | 'stopping' | 'failed';

export interface Supervision {
  readonly state: BrokerState;
  /** Whether the broker is meant to run; false once it was asked to stop, or has failed for good. */
  readonly wanted: boolean;
  /** Whether the process has said that it listens, so that it can be asked. */
  readonly listens: boolean;
  /** When it last began to run (monotonic ms); null when it has not since its process was started. */
  readonly runningSinceMs: number | null;
  /** When it died unasked (monotonic ms), within {@link CRASH_WINDOW_MS}, oldest first. */
  readonly crashes: readonly number[];
  /** Why it is `failed`, why it died last, or that it was killed; null when there is nothing to say. */
  readonly reason: string | null;
}

export type SupervisionEvent =
  | { readonly kind: 'start' }
  /** The process says that it listens. */
  | { readonly kind: 'listening' }
  /** A round trip on the advertised address succeeded. */
  | { readonly kind: 'answered' }
  | { readonly kind: 'pause' }
  | { readonly kind: 'resume' }
  /** The process was seen to stand still. */
  | { readonly kind: 'halted' }
  /** The process was seen to go on. */
  | { readonly kind: 'continued' }
  | { readonly kind: 'kill' }
  | { readonly kind: 'stop' }
  | { readonly kind: 'timer' }
  /** `hopeless`: starting it again cannot help, as when its configuration is refused. */
  | { readonly kind: 'exited'; readonly reason: string; readonly hopeless: boolean };

export type SupervisionEffect =
  | { readonly kind: 'spawn' }
  | { readonly kind: 'probe' }
  | { readonly kind: 'signal'; readonly signal: 'terminate' | 'kill' | 'pause' | 'resume' }
  /** Sends a `timer` event later; there is one timer, and a new one replaces it. */
  | { readonly kind: 'set-timer'; readonly delayMs: number }
  | { readonly kind: 'cancel-timer' };

export interface SupervisionStep {
  readonly next: Supervision;
  readonly effects: readonly SupervisionEffect[];
}

/** This many deaths within the window are a crash loop. */
const CRASH_LIMIT = 5;
const CRASH_WINDOW_MS = 60_000;
/** A broker that ran for so long did not die of its start: its death begins a new count. */
const STEADY_MS = 10_000;
const BACKOFF_FIRST_MS = 100;
const BACKOFF_MAX_MS = 5_000;

/** How long a broker may take to stop cleanly before it is killed. */
const STOP_GRACE_MS = 10_000;

export const neverStarted: Supervision = {
  state: 'stopped',
  wanted: false,
  listens: false,
  runningSinceMs: null,
  crashes: [],
  reason: null,
};

/** The next state and what is to be done. An event that means nothing in the present state changes nothing. */
export function superviseStep(now: Supervision, event: SupervisionEvent, nowMs: number): SupervisionStep {
  switch (event.kind) {
    case 'start':
      return start(now);
    case 'listening':
      return listening(now);
    case 'answered':
      return now.state === 'starting'
        ? step({ ...now, state: 'running', reason: null, runningSinceMs: nowMs })
        : step(now);
    case 'pause':
      return now.state === 'running' ? step(now, { kind: 'signal', signal: 'pause' }) : step(now);
    case 'resume':
      return now.state === 'paused' ? step(now, { kind: 'signal', signal: 'resume' }) : step(now);
    case 'halted':
      return halted(now);
    case 'continued':
      return continued(now);
    case 'kill':
      return kill(now);
    case 'stop':
      return stop(now);
    case 'timer':
      return timer(now);
    case 'exited':
      return exited(now, event, nowMs);
  }
}

/** Whether the broker has a process in this state. */
export function hasProcess({ state }: Supervision): boolean {
  return state === 'starting' || state === 'running' || state === 'paused' || state === 'stopping';
}

function step(next: Supervision, ...effects: SupervisionEffect[]): SupervisionStep {
  return { next, effects };
}

/** One that is stopping is started again once it has stopped. */
function start(now: Supervision): SupervisionStep {
  if (now.state === 'stopping') return step({ ...now, wanted: true });
  if (hasProcess(now)) return step(now);
  return step(
    { ...neverStarted, state: 'starting', wanted: true },
    { kind: 'cancel-timer' },
    { kind: 'spawn' },
  );
}

function listening(now: Supervision): SupervisionStep {
  if (now.state === 'starting') return step({ ...now, listens: true }, { kind: 'probe' });
  return now.state === 'paused' ? step({ ...now, listens: true }) : step(now);
}

function halted(now: Supervision): SupervisionStep {
  // It was told to end, and can do so only when it goes on.
  if (now.state === 'stopping') return step(now, { kind: 'signal', signal: 'resume' });
  return now.state === 'starting' || now.state === 'running' ? step({ ...now, state: 'paused' }) : step(now);
}

function continued(now: Supervision): SupervisionStep {
  if (now.state !== 'paused') return step(now);
  const next: Supervision = { ...now, state: 'starting' };
  return now.listens ? step(next, { kind: 'probe' }) : step(next);
}

function kill(now: Supervision): SupervisionStep {
  if (!hasProcess(now)) return step(now);
  return step(
    { ...now, state: 'stopping', wanted: false, reason: KILLED },
    { kind: 'cancel-timer' },
    { kind: 'signal', signal: 'kill' },
  );
}

const KILLED = 'it was killed by request';

function stop(now: Supervision): SupervisionStep {
  if (now.state === 'stopping') return step({ ...now, wanted: false });
  if (!hasProcess(now)) return step({ ...now, state: 'stopped', wanted: false }, { kind: 'cancel-timer' });
  const signals: SupervisionEffect[] = [{ kind: 'signal', signal: 'terminate' }];
  // A halted process takes no signal but the one that wakes it.
  if (now.state === 'paused') signals.push({ kind: 'signal', signal: 'resume' });
  const grace: SupervisionEffect = { kind: 'set-timer', delayMs: STOP_GRACE_MS };
  return step({ ...now, state: 'stopping', wanted: false, reason: null }, ...signals, grace);
}

function timer(now: Supervision): SupervisionStep {
  if (now.state === 'stopping') return step(now, { kind: 'signal', signal: 'kill' });
  if (now.state !== 'stopped' || !now.wanted) return step(now);
  return step({ ...now, state: 'starting', listens: false, runningSinceMs: null }, { kind: 'spawn' });
}

function exited(
  now: Supervision,
  event: { readonly reason: string; readonly hopeless: boolean },
  nowMs: number,
): SupervisionStep {
  const gone = { ...now, listens: false, runningSinceMs: null };
  if (now.state === 'stopping' && now.wanted) return start({ ...gone, state: 'stopped' });
  if (now.state === 'stopping') return step({ ...gone, state: 'stopped' }, { kind: 'cancel-timer' });
  const wasSteady = now.runningSinceMs !== null && nowMs - now.runningSinceMs >= STEADY_MS;
  const before = wasSteady ? [] : now.crashes.filter((at) => nowMs - at < CRASH_WINDOW_MS);
  const crashes = [...before, nowMs];
  if (event.hopeless || crashes.length >= CRASH_LIMIT) {
    const reason = event.hopeless ? event.reason : `died ${crashes.length} times in a row: ${event.reason}`;
    return step({ ...gone, state: 'failed', wanted: false, crashes, reason }, { kind: 'cancel-timer' });
  }
  const delayMs = Math.min(BACKOFF_FIRST_MS * 2 ** (crashes.length - 1), BACKOFF_MAX_MS);
  return step({ ...gone, state: 'stopped', crashes, reason: event.reason }, { kind: 'set-timer', delayMs });
}
