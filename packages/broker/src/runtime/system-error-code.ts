/**
 * The code of an error that Node gives, `ENOENT` and so on; null where it has none. It is told by what it has and not by
 * its class: in a test runner that gives each test file classes of its own, as Jest does, Node's errors are of others.
 */
export function systemErrorCode(error: unknown): string | null {
  const hasCode = typeof error === 'object' && error !== null && 'code' in error;
  return hasCode && typeof error.code === 'string' ? error.code : null;
}
