/** The values that occur more than once, each once. */
export function repeatedIn<Value>(values: readonly Value[]): ReadonlySet<Value> {
  const seen = new Set<Value>();
  const repeated = new Set<Value>();
  for (const value of values) {
    if (seen.has(value)) repeated.add(value);
    seen.add(value);
  }
  return repeated;
}
