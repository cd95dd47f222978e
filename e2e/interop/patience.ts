/**
 * Many times what anything takes that is waited for, also on a machine that is slow and busy: who waits longer has
 * failed, and says so.
 */
export const PATIENCE_MS = 240_000;

interface Waiting {
  /** How soon it is looked again. */
  readonly everyMs?: number;
  /** What there is to see of it: told when it does not come. */
  readonly saw?: () => string | Promise<string>;
}

/** Looks until it is so; rejects after `PATIENCE_MS` with what was waited for and what was seen instead. */
export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  waiting: Waiting = {},
): Promise<void> {
  await found(what, async () => ((await isSo()) ? true : null), waiting);
}

/** Looks until there is something, and resolves with it; rejects as `until` does, also when one look takes too long. */
export async function found<Sought>(
  what: string,
  look: () => Sought | null | Promise<Sought | null>,
  { everyMs = 50, saw }: Waiting = {},
): Promise<Sought> {
  let isOver = false;
  const looking = async (): Promise<Sought> => {
    for (;;) {
      const sought = await look();
      if (sought !== null) return sought;
      if (isOver) throw new Error('nobody waits any more');
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  };
  try {
    return await inTime(what, looking(), saw);
  } finally {
    isOver = true;
  }
}

/** Resolves or rejects as the promise does; rejects as `until` does when that takes too long. */
export async function inTime<Outcome>(
  what: string,
  promise: Promise<Outcome>,
  saw: NonNullable<Waiting['saw']> = () => '',
): Promise<Outcome> {
  const late = Promise.withResolvers<'late'>();
  const timer = setTimeout(() => late.resolve('late'), PATIENCE_MS);
  try {
    const first = await Promise.race([promise.then((outcome) => ({ outcome })), late.promise]);
    if (first !== 'late') return first.outcome;
    throw new Error(`waited ${PATIENCE_MS / 1_000} s in vain: ${what}\n${await saw()}`);
  } finally {
    clearTimeout(timer);
  }
}
