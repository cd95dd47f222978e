/** With this a Node process starts with V8's optimizing compiler held back, until `optimizeWhenBusy` lets it go. */
export const HOLDS_OPTIMIZER_BACK = '--battery-saver-mode';

const LOOKS_EVERY_MS = 2000;
/** A tenth of a core. An idle broker takes a fiftieth at most, for the heartbeats and fetches of three. */
const BUSY_MS = 200;

/**
 * V8 optimizes what has been called three thousand times, be it in a second or in an hour: an idle broker, too, comes to
 * hold 6 MB of compiler and of what it makes. A process that was started with `HOLDS_OPTIMIZER_BACK` gets by on the
 * compilers before it, and this lets the last one go once the process is busy, for good.
 */
export function optimizeWhenBusy(): void {
  if (!process.execArgv.includes(HOLDS_OPTIMIZER_BACK)) return;
  let before = process.cpuUsage();
  const looks = setInterval(() => {
    const used = process.cpuUsage(before);
    before = process.cpuUsage();
    if ((used.user + used.system) / 1000 < BUSY_MS) return;
    clearInterval(looks);
    process.getBuiltinModule('node:v8').setFlagsFromString('--no-battery-saver-mode');
  }, LOOKS_EVERY_MS);
  looks.unref();
}
