import { TopicPartitionMap } from '../topic-partition-map.ts';
import { type Admission, type Commit, CommitWindow, type CommitWindowSettings } from './commit-window.ts';

/** What a group has committed to one partition. */
export interface PartitionCommits {
  readonly window: CommitWindow;
  /** The newest committed offset, also when it is too old to be judged. */
  committed: CommittedOffset;
}

export interface CommittedOffset {
  readonly offset: number;
  /** Null when it was asked for instead of seen being committed. */
  readonly timestamp: number | null;
  /** The text the client stored beside it. */
  readonly metadata: string | null;
}

/** A commit on its way in; its lag is known only when the end offset is. */
export interface ObservedCommit extends Omit<Commit, 'lag'> {
  readonly metadata: string | null;
  /** The end offset polled last; null when none was. */
  readonly endOffset: number | null;
}

export interface ConsumerOffsetsSettings extends CommitWindowSettings {
  /** Commits older than this are not judged; Burrow's `expire-group`. */
  readonly expireAfterMs: number;
}

/** The committed offsets and commit windows of all groups of one cluster: Burrow's storage module, in memory. */
export class ConsumerOffsets {
  readonly #settings: ConsumerOffsetsSettings;
  readonly #groups = new Map<string, TopicPartitionMap<PartitionCommits>>();

  constructor(settings: ConsumerOffsetsSettings) {
    this.#settings = settings;
  }

  get groups(): readonly string[] {
    return [...this.#groups.keys()];
  }

  partitionsOf(group: string): TopicPartitionMap<PartitionCommits> {
    return this.#groups.get(group) ?? new TopicPartitionMap();
  }

  /** Takes in a commit seen at `observedAt`. One that is too old moves the committed offset only. */
  observe(group: string, topic: string, partition: number, commit: ObservedCommit): Admission {
    const commits = this.#commitsTo(group, topic, partition, commit);
    const { metadata, endOffset, ...seen } = commit;
    const newestOrder = commits.window.newest?.order ?? -1;
    if (commit.order > newestOrder) {
      commits.committed = { offset: commit.offset, timestamp: commit.timestamp, metadata };
    }
    if (commit.timestamp < commit.observedAt - this.#settings.expireAfterMs) {
      return 'dropped';
    }
    const lag = endOffset === null ? null : Math.max(0, endOffset - commit.offset);
    return commits.window.admit({ ...seen, lag });
  }

  /** Takes in a committed offset that was asked for, not seen: it is shown, but no window grows. */
  learn(group: string, topic: string, partition: number, committed: CommittedOffset): void {
    const commits = this.#commitsTo(group, topic, partition, committed);
    if (commits.committed.offset !== committed.offset) {
      commits.committed = committed;
    }
  }

  /** Puts a kept window back, as it was. */
  restore(group: string, topic: string, partition: number, commits: readonly Commit[]): void {
    const newest = commits.at(-1);
    if (newest !== undefined) {
      this.#ofGroup(group).set(topic, partition, {
        window: new CommitWindow(this.#settings, commits),
        committed: { offset: newest.offset, timestamp: newest.timestamp, metadata: null },
      });
    }
  }

  /** The group's commit to the partition expired or was deleted. */
  forgetPartition(group: string, topic: string, partition: number): void {
    const partitions = this.#groups.get(group);
    partitions?.delete(topic, partition);
    if (partitions?.isEmpty === true) {
      this.#groups.delete(group);
    }
  }

  forgetGroup(group: string): void {
    this.#groups.delete(group);
  }

  /** The topic was deleted, or another one has its name now. */
  forgetTopic(topic: string): void {
    for (const [group, partitions] of this.#groups) {
      partitions.deleteTopic(topic);
      if (partitions.isEmpty) {
        this.#groups.delete(group);
      }
    }
  }

  #ofGroup(group: string): TopicPartitionMap<PartitionCommits> {
    const kept = this.#groups.get(group);
    if (kept !== undefined) {
      return kept;
    }
    const partitions = new TopicPartitionMap<PartitionCommits>();
    this.#groups.set(group, partitions);
    return partitions;
  }

  #commitsTo(group: string, topic: string, partition: number, first: CommittedOffset): PartitionCommits {
    return this.#ofGroup(group).getOrMake(topic, partition, () => ({
      window: new CommitWindow(this.#settings),
      committed: { offset: first.offset, timestamp: first.timestamp, metadata: first.metadata },
    }));
  }
}
