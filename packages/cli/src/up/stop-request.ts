const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** How often the parent process is looked at: the operating system does not tell of its end. */
const PARENT_CHECK_MS = 200;

/**
 * Resolves when this process is to stop: by SIGINT, SIGTERM or SIGHUP, and with `withParent` when the process that
 * started it has ended. From the call on signals do not end the process any more, however often they come.
 */
export function stopRequest(options: { withParent: boolean }): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of SIGNALS) process.on(signal, () => resolve());
    if (!options.withParent) return;
    const parent = process.ppid;
    setInterval(() => {
      if (process.ppid !== parent) resolve();
    }, PARENT_CHECK_MS).unref();
  });
}
