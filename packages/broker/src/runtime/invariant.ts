/** States what must hold; throws when it does not, because going on would spread the damage. */
export function invariant(condition: unknown, text: string): asserts condition {
  if (!condition) {
    throw new Error(`broken invariant: ${text}`);
  }
}
