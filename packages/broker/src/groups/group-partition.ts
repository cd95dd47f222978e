/**
 * The partition of `__consumer_offsets` that holds a group: Java's String.hashCode without its sign, so that any
 * broker, and any reader of the topic, finds the same one.
 */
export function groupPartition(groupId: string, partitionCount: number): number {
  let hash = 0;
  for (let index = 0; index < groupId.length; index += 1) {
    hash = (Math.imul(31, hash) + groupId.charCodeAt(index)) | 0;
  }
  return (hash & 0x7fffffff) % partitionCount;
}
