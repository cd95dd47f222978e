import type { GroupTimeline } from '@odradek/contract';
import type { ClusterMetadata } from '../cluster-client/cluster-metadata.ts';
import type { TopicPolicies } from '../cluster-client/describe-configs.ts';
import type { GroupDescription, ListedGroup } from '../cluster-client/group-description.ts';
import type { LogDirectories } from '../cluster-client/read-log-directories.ts';
import type { GroupRecords } from '../rebalances/group-records.ts';
import type { TopicPartitionMap } from '../topic-partition-map.ts';

/** What one sampling tick learnt. Nothing is judged yet. */
export interface ClusterSample {
  /** When the tick began, in ms. */
  readonly at: number;
  /** The metadata it was taken by. */
  readonly metadata: ClusterMetadata;
  /** Commits learnt since the last tick, in order. Read before the end offsets were asked for. */
  readonly offsetEvents: readonly OffsetEvent[];
  /** False when commits may have been made long before this tick: their lag at the time is not known. */
  readonly commitsAreRecent: boolean;
  readonly endOffsets: TopicPartitionMap<number>;
  /** Null on ticks that did not ask. */
  readonly startOffsets: TopicPartitionMap<number> | null;
  /** Null when listing groups is not permitted. */
  readonly groups: readonly ListedGroup[] | null;
  /** The groups this tick described. */
  readonly descriptions: readonly GroupDescription[];
  /** Those it could not describe, with why: a sentence each. */
  readonly notDescribed: ReadonlyMap<string, string>;
  /** What coordinators have written of groups since the last tick, in order. */
  readonly groupRecords: readonly GroupRecords[];
  /** Where rebalances are learnt from. */
  readonly timelineSource: GroupTimeline['source'];
  /** Null on ticks that did not ask, or where it is not permitted. */
  readonly logDirectories: LogDirectories | null;
  /** Null on ticks that did not ask, or where it is not permitted. */
  readonly policies: TopicPolicies | null;
  /** Brokers that did not answer, and why. */
  readonly unreachableBrokers: ReadonlyMap<number, string>;
}

/** Something that happened to a committed offset. */
export type OffsetEvent =
  | {
      readonly kind: 'commit';
      readonly group: string;
      readonly topic: string;
      readonly partition: number;
      readonly offset: number;
      readonly metadata: string | null;
      /** When it was committed, in ms. */
      readonly timestamp: number;
      /** Orders the commits of a group. */
      readonly order: number;
    }
  /** Asked for, not seen being committed. */
  | {
      readonly kind: 'learnt';
      readonly group: string;
      readonly topic: string;
      readonly partition: number;
      readonly offset: number;
      readonly metadata: string | null;
    }
  | {
      readonly kind: 'offset-removed';
      readonly group: string;
      readonly topic: string;
      readonly partition: number;
    };
