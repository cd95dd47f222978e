/**
 * With these a Node process starts with V8's optimizing compilers held back, until `optimizeWhenBusy` lets them go: the
 * last one by a mode that V8 has for it, the one before it by a filter that no function's name passes.
 */
export const HOLDS_OPTIMIZERS_BACK = ['--battery-saver-mode', '--maglev-filter=~'] as const;

const LETS_OPTIMIZERS_GO = ['--no-battery-saver-mode', '--maglev-filter=*'];

const LOOKS_EVERY_MS = 250;
const LOOKS_PER_WINDOW = 8;
/** A tenth of a core. An idle broker takes a fiftieth at most, for the heartbeats and fetches of three. */
const BUSY_MS_IN_WINDOW = 200;

/**
 * V8 optimizes what has been called often, four hundred times and then three thousand, be it in a second or in an hour: an
 * idle broker, too, comes to hold 10 MB of compilers and of what they make. A process that was started with
 * `HOLDS_OPTIMIZERS_BACK` gets by on the interpreter and the compiler that only translates, and this lets the others go
 * once the process is busy, for good. What has been called often enough until then they take up at its next call.
 */
export function optimizeWhenBusy(): void {
  if (!HOLDS_OPTIMIZERS_BACK.every((flag) => process.execArgv.includes(flag))) return;
  let before = process.cpuUsage();
  let looks = 0;
  const looking = setInterval(() => {
    const { user, system } = process.cpuUsage(before);
    if ((user + system) / 1000 >= BUSY_MS_IN_WINDOW) {
      clearInterval(looking);
      for (const flag of LETS_OPTIMIZERS_GO) process.getBuiltinModule('node:v8').setFlagsFromString(flag);
      return;
    }
    looks += 1;
    if (looks % LOOKS_PER_WINDOW === 0) before = process.cpuUsage();
  }, LOOKS_EVERY_MS);
  looking.unref();
}
