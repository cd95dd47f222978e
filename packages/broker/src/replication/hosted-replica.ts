import type { LogConfig } from '../log/log-config.ts';
import type { LogDirectory } from '../log/log-directory.ts';
import type { PartitionImage } from '../metadata/metadata-image.ts';
import type { Partition } from './partition.ts';

/** The effective configs of a topic, as its partitions need them. */
export interface TopicSettings {
  readonly log: LogConfig;
  readonly minInSyncReplicas: number;
}

/** One partition that the metadata gives to this broker; `partition` is null until its log is open. */
export interface Hosted {
  readonly topic: string;
  readonly topicId: string;
  readonly index: number;
  image: PartitionImage;
  settings: TopicSettings;
  /** Whether the cluster had it before this broker started. */
  readonly isOld: boolean;
  /** Where its log lies; null until that is decided. */
  directory: LogDirectory | null;
  partition: Partition | null;
  /** To where it was on its way when the broker stopped. */
  movingTo: LogDirectory | null;
  /** Whether the log could not be opened. */
  isShut: boolean;
  isDropped: boolean;
}

/** A partition that came to this broker; its log is not open yet. */
export function newHosted(
  given: Pick<Hosted, 'topic' | 'topicId' | 'index' | 'image' | 'settings' | 'isOld'>,
): Hosted {
  return { ...given, directory: null, movingTo: null, partition: null, isShut: false, isDropped: false };
}
