export interface Silence {
  readonly ms: number;
  readonly sinceMs: number;
}

/**
 * The longest time without an acknowledgement that reaches into `fromMs … untilMs`, and when it began, given when
 * acknowledgements came, in any order. What lasts until the end counts up to there.
 */
export function longestGap(times: readonly number[], fromMs: number, untilMs: number): Silence {
  const before = times.filter((ms) => ms <= fromMs);
  const within = times.filter((ms) => ms > fromMs && ms <= untilMs).sort((left, right) => left - right);
  let longest: Silence = { ms: 0, sinceMs: fromMs };
  let last = before.reduce((latest, ms) => Math.max(latest, ms), Number.NEGATIVE_INFINITY);
  if (last === Number.NEGATIVE_INFINITY) last = fromMs;
  for (const ms of [...within, untilMs]) {
    if (ms - last > longest.ms) longest = { ms: ms - last, sinceMs: last };
    last = ms;
  }
  return longest;
}
