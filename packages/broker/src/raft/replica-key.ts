import { ZERO_UUID } from '../protocol/uuid.ts';

/** One replica of the metadata log: a node, and the directory it keeps the log in (KIP-853). */
export interface ReplicaKey {
  readonly id: number;
  /** Kafka's reserved zero id where it is not known. */
  readonly directoryId: string;
}

export function hasDirectory({ directoryId }: ReplicaKey): boolean {
  return directoryId !== ZERO_UUID;
}

/** Whether `key` means this replica: where it names a directory it must be this one, an emptied disk is another replica. */
export function means(key: ReplicaKey, replica: ReplicaKey): boolean {
  return key.id === replica.id && (!hasDirectory(key) || key.directoryId === replica.directoryId);
}
