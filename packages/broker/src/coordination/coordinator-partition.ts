/**
 * The partition of a coordinator's topic that holds a key (a group id, a transactional id): the absolute value of Java's
 * String.hashCode, so that any broker, and any tool that computes it, finds the same one.
 */
export function coordinatorPartition(key: string, partitionCount: number): number {
  let hash = 0;
  for (let index = 0; index < key.length; index += 1) {
    hash = (Math.imul(31, hash) + key.charCodeAt(index)) | 0;
  }
  // The one number without an absolute value among Java's ints counts as 0.
  return hash === -0x80000000 ? 0 : Math.abs(hash) % partitionCount;
}
