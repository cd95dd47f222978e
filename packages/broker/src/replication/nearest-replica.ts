import type { MetadataImage } from '../metadata/metadata-image.ts';
import type { ReadableFollower } from './leadership.ts';
import type { Partition } from './partition.ts';

/** `replica.selector.class`: nobody is sent elsewhere, or everybody to a replica in their rack (KIP-392). */
export type ReplicaSelector = 'leader' | 'rack-aware';

/** What the name of Kafka's class stands for. */
export function replicaSelectorOf(className: string | null): ReplicaSelector {
  return className === 'org.apache.kafka.common.replica.RackAwareReplicaSelector' ? 'rack-aware' : 'leader';
}

/** Who reads, and as whom. */
export interface NearReader {
  /** `client.rack`; empty for a client that has none. */
  readonly rack: string;
  /** The listener by which it reaches brokers. */
  readonly listenerName: string;
  readonly fetchOffset: number;
}

/**
 * The in-sync follower in the reader's rack that has come the furthest and has what is asked for; null where the
 * leader is the one to read from, because it is in that rack itself or because nobody else is.
 */
export function nearestReplica(
  partition: Partition,
  reader: NearReader,
  image: MetadataImage,
): number | null {
  if (reader.rack === '' || !partition.isLeader) return null;
  if (image.brokers.get(partition.leaderId)?.rack === reader.rack) return null;
  const isNear = ({ id }: ReadableFollower) => {
    const broker = image.brokers.get(id);
    return (
      broker !== undefined &&
      !broker.isFenced &&
      broker.rack === reader.rack &&
      broker.endpoints.some(({ listenerName }) => listenerName === reader.listenerName)
    );
  };
  const near = partition.followersWith(reader.fetchOffset).filter(isNear);
  return near.length === 0 ? null : near.reduce((best, other) => furthest(best, other)).id;
}

/** By the end of its log, then by how lately it was caught up, then by its id, as Kafka compares them. */
function furthest(left: ReadableFollower, right: ReadableFollower): ReadableFollower {
  if (left.logEndOffset !== right.logEndOffset) return left.logEndOffset > right.logEndOffset ? left : right;
  if (left.lastCaughtUpMs !== right.lastCaughtUpMs)
    return left.lastCaughtUpMs > right.lastCaughtUpMs ? left : right;
  return left.id > right.id ? left : right;
}
