/**
 * How one broker process of a local cluster is kept: a state machine, events in, effects out.
 *
 * ```
 * stopped ──start──▶ starting ──answered──▶ running ──pause──▶ paused
 *    ▲                  │  ▲                   │  ◀─answered (after resume)
 *    │                exited └──── backoff ────┤
 *    │                  ▼                      │
 *    └──── exited ── stopping ◀────── stop ────┘        failed: died again and again, or its configuration is at fault
 * ```
 * `running` is said only after a round trip on the advertised address, also after a pause.
 */
export type BrokerState = 'stopped' | 'starting' | 'running' | 'paused' | 'stopping' | 'failed';

export interface Supervision {
  readonly state: BrokerState;
  /** Whether the broker is meant to run; false once it was asked to stop, or has failed for good. */
  readonly wanted: boolean;
  /** When it died unasked (monotonic ms), within {@link CRASH_WINDOW_MS}, oldest first. */
  readonly crashes: readonly number[];
  /** Why it is `failed`, or why it died last; null when there is nothing to say. */
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
const BACKOFF_FIRST_MS = 100;
const BACKOFF_MAX_MS = 5_000;

/** How long a broker may take to stop cleanly before it is killed. */
const STOP_GRACE_MS = 10_000;

export const neverStarted: Supervision = { state: 'stopped', wanted: false, crashes: [], reason: null };

/** The next state and what is to be done. An event that means nothing in the present state changes nothing. */
export function superviseStep(now: Supervision, event: SupervisionEvent, nowMs: number): SupervisionStep {
  switch (event.kind) {
    case 'start':
      return start(now);
    case 'listening':
      return now.state === 'starting' ? { next: now, effects: [{ kind: 'probe' }] } : unchanged(now);
    case 'answered':
      return now.state === 'starting' || now.state === 'paused'
        ? { next: { ...now, state: 'running', reason: null }, effects: [] }
        : unchanged(now);
    case 'pause':
      return now.state === 'running'
        ? { next: { ...now, state: 'paused' }, effects: [{ kind: 'signal', signal: 'pause' }] }
        : unchanged(now);
    case 'resume':
      return now.state === 'paused'
        ? { next: now, effects: [{ kind: 'signal', signal: 'resume' }, { kind: 'probe' }] }
        : unchanged(now);
    case 'kill':
      return hasProcess(now) ? { next: now, effects: [{ kind: 'signal', signal: 'kill' }] } : unchanged(now);
    case 'stop':
      return stop(now);
    case 'timer':
      return timer(now);
    case 'exited':
      return exited(now, event, nowMs);
  }
}

function unchanged(now: Supervision): SupervisionStep {
  return { next: now, effects: [] };
}

function hasProcess({ state }: Supervision): boolean {
  return state === 'starting' || state === 'running' || state === 'paused' || state === 'stopping';
}

function start(now: Supervision): SupervisionStep {
  if (hasProcess(now)) return unchanged(now);
  return {
    next: { state: 'starting', wanted: true, crashes: [], reason: null },
    effects: [{ kind: 'cancel-timer' }, { kind: 'spawn' }],
  };
}

function stop(now: Supervision): SupervisionStep {
  if (now.state === 'stopping') return unchanged(now);
  if (!hasProcess(now)) {
    return { next: { ...now, state: 'stopped', wanted: false }, effects: [{ kind: 'cancel-timer' }] };
  }
  const signals: SupervisionEffect[] = [{ kind: 'signal', signal: 'terminate' }];
  // A stopped process takes no signal but the one that wakes it.
  if (now.state === 'paused') signals.push({ kind: 'signal', signal: 'resume' });
  return {
    next: { ...now, state: 'stopping', wanted: false },
    effects: [...signals, { kind: 'set-timer', delayMs: STOP_GRACE_MS }],
  };
}

function timer(now: Supervision): SupervisionStep {
  if (now.state === 'stopping') return { next: now, effects: [{ kind: 'signal', signal: 'kill' }] };
  if (now.state === 'stopped' && now.wanted) {
    return { next: { ...now, state: 'starting' }, effects: [{ kind: 'spawn' }] };
  }
  return unchanged(now);
}

function exited(
  now: Supervision,
  event: { readonly reason: string; readonly hopeless: boolean },
  nowMs: number,
): SupervisionStep {
  if (now.state === 'stopping') {
    return { next: { ...now, state: 'stopped', reason: null }, effects: [{ kind: 'cancel-timer' }] };
  }
  const crashes = [...now.crashes.filter((at) => nowMs - at < CRASH_WINDOW_MS), nowMs];
  if (event.hopeless || crashes.length >= CRASH_LIMIT) {
    const reason = event.hopeless ? event.reason : `died ${crashes.length} times in a row: ${event.reason}`;
    return { next: { state: 'failed', wanted: false, crashes, reason }, effects: [{ kind: 'cancel-timer' }] };
  }
  const delayMs = Math.min(BACKOFF_FIRST_MS * 2 ** (crashes.length - 1), BACKOFF_MAX_MS);
  return {
    next: { state: 'stopped', wanted: true, crashes, reason: event.reason },
    effects: [{ kind: 'set-timer', delayMs }],
  };
}
