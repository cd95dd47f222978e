import type { Clock, Timer } from './clock.ts';

/** The longest delay `setTimeout` takes; a longer one would fire at once. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** The clock of the operating system. */
export const nodeClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after,
  // Behind the events of all sockets and files that this turn of the loop has brought.
  soon: (task) => void setImmediate(task),
};

function after(delayMs: number, task: () => void): Timer {
  // A timeout takes a millisecond at least.
  if (delayMs <= 0) return afterThisTurn(task);
  const dueMs = performance.now() + delayMs;
  let timeout: NodeJS.Timeout;
  const arm = () => {
    const leftMs = Math.max(0, dueMs - performance.now());
    timeout = setTimeout(fire, Math.min(Math.ceil(leftMs), LONGEST_TIMEOUT_MS));
  };
  const fire = () => {
    // The event loop's cached time lets a timeout fire up to a millisecond early.
    if (performance.now() < dueMs) arm();
    else task();
  };
  arm();
  return { cancel: () => clearTimeout(timeout) };
}

function afterThisTurn(task: () => void): Timer {
  const immediate = setImmediate(task);
  return { cancel: () => clearImmediate(immediate) };
}
