/** Two missed samples make a value stale; below 4 s a late answer is not yet a missed one. */
export function staleAfterMs(sampleIntervalMs: number): number {
  return Math.max(4000, sampleIntervalMs * 2.5);
}
