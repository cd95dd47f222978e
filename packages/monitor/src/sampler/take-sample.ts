import type { ClusterMetadata } from '../cluster-client/cluster-metadata.ts';
import { readTopicPolicies, type TopicPolicies } from '../cluster-client/describe-configs.ts';
import { describeGroups } from '../cluster-client/describe-groups.ts';
import type { GroupDescriptions, ListedGroup } from '../cluster-client/group-description.ts';
import type { KafkaLibrary } from '../cluster-client/kafka-library.ts';
import { ApiNotSupported, type KafkaRequests } from '../cluster-client/kafka-requests.ts';
import { listGroups } from '../cluster-client/list-groups.ts';
import { listOffsets } from '../cluster-client/list-offsets.ts';
import { readLogDirectories } from '../cluster-client/read-log-directories.ts';
import { AdvertisedListenerUnreachable, BrokerUnreachable } from '../cluster-client/unreachable.ts';
import type { ClusterSample } from './cluster-sample.ts';
import { CommitLearning, type KeptCommits, type LearntCommits } from './commit-learning.ts';

/** At most this many groups are described in one tick; the others wait for their turn. */
const DESCRIBED_GROUPS_MAX = 300;

/** Sizes, log starts and cleanup policies are asked for once in this many ticks, or when there is a new topic. */
const TICKS_PER_SLOW_READ = 10;

export interface TakenSample {
  readonly sample: ClusterSample;
  readonly commits: LearntCommits;
}

/** Samples one cluster, tick by tick. */
export class SampleTaker {
  readonly #requests: KafkaRequests;
  readonly #commits: CommitLearning;
  #ticks = 0;
  #slowlyReadTopics: ReadonlySet<string> = new Set();
  #describedTo = 0;

  constructor(library: KafkaLibrary, requests: KafkaRequests, kept: KeptCommits) {
    this.#requests = requests;
    this.#commits = new CommitLearning(library, requests, kept);
  }

  /**
   * One tick: commits first and end offsets after them, so that no lag is negative. Throws BrokerUnreachable when
   * no broker of the metadata can be asked by its advertised address.
   */
  async take(metadata: ClusterMetadata, at: number): Promise<TakenSample> {
    const isSlowTick = this.#isTimeForSlowRead(metadata);
    const listed = await listGroups(this.#requests, metadata);
    refuseIfAllUnreachable(metadata, listed.unreachable);
    const commits = await this.#commits.learn(metadata, listed, at);
    const ends = await listOffsets(this.#requests, metadata, 'latest');
    const descriptions = await this.#describe(metadata, listed.groups);
    const isForbidden = listed.refused.size > 0 && listed.groups.length === 0;
    const sample: ClusterSample = {
      at,
      metadata,
      offsetEvents: commits.events,
      commitsAreRecent: commits.areRecent,
      endOffsets: ends.offsets,
      groups: isForbidden ? null : listed.groups,
      descriptions: descriptions.described,
      notDescribed: descriptions.refused,
      groupRecords: commits.groupRecords,
      timelineSource: commits.source === 'polled' ? 'sampled' : 'offsets-topic',
      unreachableBrokers: new Map(
        [...listed.unreachable, ...ends.unreachable].map(([id, error]) => [id, messageOf(error)]),
      ),
      ...(isSlowTick ? await this.#slowlyChanging(metadata) : nothingNew),
    };
    return { sample, commits };
  }

  /** The next sample comes long after the last. */
  loseTouch(): void {
    this.#commits.loseTouch();
    this.#ticks = 0;
  }

  #isTimeForSlowRead(metadata: ClusterMetadata): boolean {
    const topics = [...metadata.topics.values()].map(({ name, topicId }) => topicId ?? name);
    const hasNew = topics.some((topic) => !this.#slowlyReadTopics.has(topic));
    const isTime = hasNew || this.#ticks % TICKS_PER_SLOW_READ === 0;
    this.#ticks = isTime ? 1 : this.#ticks + 1;
    if (isTime) {
      this.#slowlyReadTopics = new Set(topics);
    }
    return isTime;
  }

  #describe(metadata: ClusterMetadata, groups: readonly ListedGroup[]): Promise<GroupDescriptions> {
    const start = this.#describedTo < groups.length ? this.#describedTo : 0;
    this.#describedTo = start + DESCRIBED_GROUPS_MAX;
    return describeGroups(this.#requests, metadata, groups.slice(start, this.#describedTo));
  }

  async #slowlyChanging(metadata: ClusterMetadata): Promise<SlowlyChanging> {
    const [starts, logDirectories, policies] = await Promise.all([
      listOffsets(this.#requests, metadata, 'earliest'),
      readLogDirectories(this.#requests, metadata),
      this.#policies(metadata),
    ]);
    return { startOffsets: starts.offsets, logDirectories, policies };
  }

  async #policies(metadata: ClusterMetadata): Promise<TopicPolicies | null> {
    try {
      return await readTopicPolicies(this.#requests, [...metadata.topics.keys()]);
    } catch (error) {
      // Not to know the policies costs a note on the topic's page; the sample is worth having without it.
      if (error instanceof BrokerUnreachable || error instanceof ApiNotSupported) {
        return null;
      }
      throw error;
    }
  }
}

type SlowlyChanging = Pick<ClusterSample, 'startOffsets' | 'logDirectories' | 'policies'>;

const nothingNew: SlowlyChanging = { startOffsets: null, logDirectories: null, policies: null };

/** The bootstrap server answered; if then no broker does, clients are sent to addresses they cannot reach. */
function refuseIfAllUnreachable(metadata: ClusterMetadata, unreachable: ReadonlyMap<number, unknown>): void {
  const [first] = unreachable;
  if (first === undefined || unreachable.size < metadata.brokers.size) {
    return;
  }
  const [, error] = first;
  throw error instanceof BrokerUnreachable ? new AdvertisedListenerUnreachable(error.address, error) : error;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
