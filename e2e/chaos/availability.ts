/**
 * The longest time without an acknowledgement that reaches into `fromMs … untilMs`, given when acknowledgements came,
 * in any order. What lasts until the end counts up to there.
 */
export function longestGap(times: readonly number[], fromMs: number, untilMs: number): number {
  const before = times.filter((ms) => ms <= fromMs);
  const within = times.filter((ms) => ms > fromMs && ms <= untilMs).sort((left, right) => left - right);
  let longest = 0;
  let last = before.reduce((latest, ms) => Math.max(latest, ms), Number.NEGATIVE_INFINITY);
  if (last === Number.NEGATIVE_INFINITY) last = fromMs;
  for (const ms of [...within, untilMs]) {
    longest = Math.max(longest, ms - last);
    last = ms;
  }
  return longest;
}
