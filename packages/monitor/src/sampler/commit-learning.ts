import type { CommitSource } from '@odradek/contract';
import type { ClusterMetadata } from '../cluster-client/cluster-metadata.ts';
import type { KafkaLibrary } from '../cluster-client/kafka-library.ts';
import type { KafkaRequests } from '../cluster-client/kafka-requests.ts';
import type { ListedGroups } from '../cluster-client/list-groups.ts';
import { type AskedOffset, readCommittedOffsets } from '../cluster-client/read-committed-offsets.ts';
import type { GroupRecords } from '../rebalances/group-records.ts';
import type { ReadingPositions } from '../store/window-store.ts';
import type { OffsetEvent } from './cluster-sample.ts';
import { CommittedOffsetChanges } from './committed-offset-changes.ts';
import { OFFSETS_TOPIC, OffsetsTopicReader } from './offsets-topic-reader.ts';

/** Commits of one tick, and how they were learnt. */
export interface LearntCommits {
  readonly events: readonly OffsetEvent[];
  /** What coordinators have written of groups; empty where nothing is read. */
  readonly groupRecords: readonly GroupRecords[];
  readonly source: CommitSource;
  /** Why commits are polled; null where they are not. */
  readonly reason: string | null;
  /** True when the commits were made since the tick before. */
  readonly areRecent: boolean;
  /** Where a later run goes on reading; null where nothing is read. */
  readonly positions: ReadingPositions | null;
  /** These commits cannot be put in order with those before them, which came another way. */
  readonly beginsAnew: boolean;
}

/** What an earlier run left behind. */
export interface KeptCommits {
  readonly positions: ReadingPositions | null;
  readonly committed: readonly AskedOffset[];
}

type Way = 'read' | 'polled';

const FORBIDDEN = `This user may not read ${OFFSETS_TOPIC}.`;
const HIDDEN = `The cluster does not show ${OFFSETS_TOPIC}.`;

/** Learns commits from the offsets topic or, where that is not possible, by polling. */
export class CommitLearning {
  readonly #requests: KafkaRequests;
  readonly #reader: OffsetsTopicReader;
  readonly #changes: CommittedOffsetChanges;
  #way: Way;
  #isForbidden = false;
  #isInTouch = false;

  constructor(library: KafkaLibrary, requests: KafkaRequests, kept: KeptCommits) {
    this.#requests = requests;
    this.#reader = new OffsetsTopicReader(library, requests, kept.positions);
    this.#changes = new CommittedOffsetChanges(kept.committed);
    this.#way = kept.positions === null ? 'polled' : 'read';
  }

  /** What was committed since the last call; never throws for a broker that does not answer. */
  async learn(metadata: ClusterMetadata, listed: ListedGroups, at: number): Promise<LearntCommits> {
    const reason = this.#whyPoll(metadata, listed);
    const learnt = reason === null ? await this.#read(metadata, listed) : null;
    return learnt ?? this.#poll(metadata, listed, { at, reason: reason ?? FORBIDDEN });
  }

  /** The next call comes long after the last: the commits it learns may be old. */
  loseTouch(): void {
    this.#isInTouch = false;
  }

  /** Once forbidden, it is not tried again: to be refused on each tick would fill the cluster's audit log. */
  #whyPoll(metadata: ClusterMetadata, listed: ListedGroups): string | null {
    if (this.#isForbidden) {
      return FORBIDDEN;
    }
    return metadata.topics.has(OFFSETS_TOPIC) || listed.groups.length === 0 ? null : HIDDEN;
  }

  async #read(metadata: ClusterMetadata, listed: ListedGroups): Promise<LearntCommits | null> {
    // Asked for before the commits are read, so that what is read is the newer of the two.
    const known = this.#isInTouch ? [] : await this.#allCommitted(metadata, listed);
    const read = await this.#reader.readToEnd(metadata);
    if (read.kind === 'forbidden') {
      this.#isForbidden = true;
      return null;
    }
    const areRecent = this.#isInTouch;
    this.#isInTouch = read.isCaughtUp;
    return {
      events: [...known, ...read.events],
      groupRecords: read.groupRecords,
      source: read.isCaughtUp ? 'offsets-topic' : 'starting',
      reason: null,
      areRecent,
      positions: read.positions,
      beginsAnew: this.#goes('read'),
    };
  }

  async #poll(
    metadata: ClusterMetadata,
    listed: ListedGroups,
    { at, reason }: { at: number; reason: string },
  ): Promise<LearntCommits> {
    const { offsets, answered } = await readCommittedOffsets(this.#requests, metadata, listed.groups);
    const known = new Set([...answered, ...this.#deleted(listed)]);
    const areRecent = this.#isInTouch;
    this.#isInTouch = true;
    return {
      events: this.#changes.compare({ offsets, answered: known }, at),
      groupRecords: [],
      source: 'polled',
      reason,
      areRecent,
      positions: null,
      beginsAnew: this.#goes('polled'),
    };
  }

  /** Groups that no broker lists any more, which is known only when every broker has listed its own. */
  #deleted({ groups, unreachable, refused }: ListedGroups): string[] {
    const listed = new Set(groups.map(({ group }) => group));
    const isComplete = unreachable.size === 0 && refused.size === 0;
    return isComplete ? this.#changes.groups.filter((group) => !listed.has(group)) : [];
  }

  async #allCommitted(metadata: ClusterMetadata, listed: ListedGroups): Promise<OffsetEvent[]> {
    const { offsets } = await readCommittedOffsets(this.#requests, metadata, listed.groups);
    return offsets.map((offset) => ({ kind: 'learnt', ...offset }));
  }

  #goes(way: Way): boolean {
    const isAnother = this.#way !== way;
    this.#way = way;
    return isAnother;
  }
}
