import { ConsumerOffsets } from '../burrow/consumer-offsets.ts';
import { EndOffsetHistory } from '../burrow/end-offset-history.ts';
import { type JudgedGroup, judgeGroup } from '../burrow/judge-group.ts';
import type { BrokerNode, ClusterMetadata } from '../cluster-client/cluster-metadata.ts';
import type { TopicPolicies } from '../cluster-client/describe-configs.ts';
import type { GroupDescription, ListedGroup } from '../cluster-client/group-description.ts';
import type { LogDirectories } from '../cluster-client/read-log-directories.ts';
import { type ClusterTopology, emptyTopology } from '../cluster-client/read-topology.ts';
import { GroupTimelines } from '../rebalances/group-timelines.ts';
import type { KeptCommitWindow, KeptWindows } from '../store/window-store.ts';
import { TopicPartitionMap } from '../topic-partition-map.ts';
import { type BrokerTally, tallyBrokers } from './broker-tally.ts';
import type { ClusterSample, OffsetEvent } from './cluster-sample.ts';
import { Sparkline } from './sparkline.ts';
import { type TopologyDifference, topologyDifference } from './topology-difference.ts';

/** Burrow's settings, by its names: intervals, min-distance, expire-group, allowed-lag. */
export const burrowSettings = {
  /** Burrow's own default. */
  intervals: 10,
  /** As in Burrow's sample: a window of commits made within milliseconds would call every pause a stop. */
  minimumDistanceMs: 1_000,
  expireGroupMs: 604_800_000,
  allowedLag: 0,
} as const;

/** Missing in this many samples in a row, a topic is taken for deleted; once may be a broker that just started. */
const MISSES_UNTIL_DELETED = 2;

/**
 * What is known of one cluster, all in memory. It changes only in `applyTopology` and `apply`, which do not wait for
 * anything, so whoever reads it sees whole samples.
 */
export class ClusterState {
  topology: ClusterTopology = emptyTopology;
  /** When the topology was asked for; null before the first time. */
  topologyAt: number | null = null;
  /** Raised with every change of a partition. */
  matrixVersion = 0;
  tallies: ReadonlyMap<number, BrokerTally> = new Map();
  readonly endOffsets = new EndOffsetHistory(burrowSettings.intervals);
  readonly consumerOffsets = new ConsumerOffsets({
    size: burrowSettings.intervals,
    minimumDistanceMs: burrowSettings.minimumDistanceMs,
    expireAfterMs: burrowSettings.expireGroupMs,
  });
  startOffsets = new TopicPartitionMap<number>();
  logDirectories: LogDirectories | null = null;
  policies: TopicPolicies = { compacted: new Set(), minInsyncReplicas: new Map() };
  listedGroups: ReadonlyMap<string, ListedGroup> = new Map();
  readonly descriptions = new Map<string, GroupDescription>();
  /** Why a group could not be described, in a sentence. */
  readonly notDescribed = new Map<string, string>();
  readonly timelines = new GroupTimelines();
  judgedGroups: ReadonlyMap<string, JudgedGroup> = new Map();
  /** Total lag of each group. */
  readonly sparklines = new Map<string, Sparkline>();
  /** Brokers that did not answer the last sample, and since when. */
  unreachableBrokers: ReadonlyMap<number, { readonly message: string; readonly since: number }> = new Map();
  /** Since when the cluster does not count on a broker that it knew. */
  readonly missingSince = new Map<number, number>();
  /** Where each broker was last advertised, also those that left. */
  readonly knownBrokers = new Map<number, BrokerNode>();
  /** When the last sample began; null before the first. */
  checkedAt: number | null = null;
  readonly #topicIds = new Map<string, string>();
  readonly #misses = new Map<string, number>();

  get metadata(): ClusterMetadata {
    return this.topology.metadata;
  }

  get topicIds(): ReadonlyMap<string, string> {
    return this.#topicIds;
  }

  /** Puts back what an earlier run kept. */
  restore(kept: KeptWindows): void {
    for (const { group, topic, partition, commits } of kept.windows) {
      this.consumerOffsets.restore(group, topic, partition, commits);
    }
    for (const { topic, partition, polls } of kept.endOffsets) {
      this.endOffsets.restore(topic, partition, polls);
    }
    for (const [topic, id] of kept.topicIds) {
      this.#topicIds.set(topic, id);
    }
  }

  /** Takes a topology in. Returns what differs from the one before; null for the first. */
  applyTopology(topology: ClusterTopology, at: number): TopologyDifference | null {
    const isFirst = this.topologyAt === null;
    const difference = topologyDifference(this.topology, topology);
    this.topology = topology;
    this.topologyAt = at;
    this.tallies = tallyBrokers(topology.metadata);
    for (const broker of [...topology.metadata.brokers.values(), ...(topology.fenced?.values() ?? [])]) {
      this.knownBrokers.set(broker.id, broker);
    }
    for (const id of this.knownBrokers.keys()) {
      if (topology.metadata.brokers.has(id)) this.missingSince.delete(id);
      else if (!this.missingSince.has(id)) this.missingSince.set(id, at);
    }
    if (difference.changed.length + difference.removed.length > 0) {
      this.matrixVersion += 1;
    }
    return isFirst ? null : difference;
  }

  /** Takes a sample in and judges all groups. Returns the commit windows that changed, for keeping. */
  apply(sample: ClusterSample): KeptCommitWindow[] {
    const changed = new TopicPartitionMap<Set<string>>();
    this.#followTopics(sample.metadata, changed);
    for (const event of sample.offsetEvents) {
      this.#observe(event, sample);
      changed.getOrMake(event.topic, event.partition, () => new Set()).add(event.group);
    }
    for (const { topic, partition, value } of sample.endOffsets.entries()) {
      this.endOffsets.record(topic, partition, { offset: value, at: sample.at });
    }
    this.#replaceFacts(sample);
    this.#followGroups(sample);
    this.judgedGroups = new Map(this.#groupNames().map((group) => [group, this.#judge(group, sample.at)]));
    this.#drawSparklines(sample.at);
    this.checkedAt = sample.at;
    return this.#keptWindows(changed);
  }

  sparklineOf(group: string): Sparkline {
    const sparkline = this.sparklines.get(group) ?? new Sparkline();
    this.sparklines.set(group, sparkline);
    return sparkline;
  }

  /** Forgets every window: commits from another source cannot be put in order with those seen so far. */
  forgetCommits(): void {
    for (const group of this.consumerOffsets.groups) {
      this.consumerOffsets.forgetGroup(group);
    }
  }

  #followTopics(metadata: ClusterMetadata, changed: TopicPartitionMap<Set<string>>): void {
    for (const [topic, knownId] of this.#topicIds) {
      const id = metadata.topics.get(topic)?.topicId ?? null;
      const misses = metadata.topics.has(topic) ? 0 : (this.#misses.get(topic) ?? 0) + 1;
      this.#misses.set(topic, misses);
      if (misses >= MISSES_UNTIL_DELETED || (id !== null && id !== knownId)) {
        this.#forgetTopic(topic, changed);
      }
    }
    for (const { name, topicId } of metadata.topics.values()) {
      if (topicId !== null) {
        this.#topicIds.set(name, topicId);
      }
    }
  }

  #forgetTopic(topic: string, changed: TopicPartitionMap<Set<string>>): void {
    for (const group of this.consumerOffsets.groups) {
      for (const partition of this.consumerOffsets.partitionsOf(group).partitionsOf(topic).keys()) {
        changed.getOrMake(topic, partition, () => new Set()).add(group);
      }
    }
    this.consumerOffsets.forgetTopic(topic);
    this.endOffsets.forgetTopic(topic);
    this.startOffsets.deleteTopic(topic);
    this.#topicIds.delete(topic);
    this.#misses.delete(topic);
  }

  #observe(event: OffsetEvent, sample: ClusterSample): void {
    const { group, topic, partition } = event;
    // A commit to a topic that is gone would be reported for ever: nothing will ever remove it.
    if (!this.metadata.topics.has(topic)) {
      return;
    }
    switch (event.kind) {
      case 'commit': {
        const { offset, order, timestamp, metadata } = event;
        const polled = this.endOffsets.newest(topic, partition) ?? sample.endOffsets.get(topic, partition);
        const endOffset = sample.commitsAreRecent ? (polled ?? null) : null;
        const commit = { offset, order, timestamp, metadata, observedAt: sample.at, endOffset };
        this.consumerOffsets.observe(group, topic, partition, commit);
        break;
      }
      case 'learnt': {
        const { offset, metadata } = event;
        this.consumerOffsets.learn(group, topic, partition, { offset, metadata, timestamp: null });
        break;
      }
      case 'offset-removed':
        this.consumerOffsets.forgetPartition(group, topic, partition);
        break;
    }
  }

  #replaceFacts(sample: ClusterSample): void {
    this.unreachableBrokers = new Map(
      [...sample.unreachableBrokers].map(([id, message]) => [
        id,
        { message, since: this.unreachableBrokers.get(id)?.since ?? sample.at },
      ]),
    );
    this.startOffsets = sample.startOffsets ?? this.startOffsets;
    if (sample.logDirectories !== null) {
      const { leaders, brokers } = sample.logDirectories;
      // What a broker said last stands until it says something else; pages tell who has fallen silent.
      this.logDirectories = {
        leaders,
        brokers: new Map([...(this.logDirectories?.brokers ?? []), ...brokers]),
      };
    }
    this.policies = sample.policies ?? this.policies;
    this.listedGroups = new Map(sample.groups?.map((group) => [group.group, group]));
    for (const description of sample.descriptions) {
      this.descriptions.set(description.group, description);
      this.notDescribed.delete(description.group);
    }
    for (const [group, why] of sample.notDescribed) {
      this.descriptions.delete(group);
      this.notDescribed.set(group, why);
    }
    for (const known of [this.descriptions, this.notDescribed]) {
      for (const group of known.keys()) {
        if (!this.listedGroups.has(group)) known.delete(group);
      }
    }
  }

  #followGroups(sample: ClusterSample): void {
    const names = new Map([...this.#topicIds].map(([name, id]) => [id, name]));
    this.timelines.applyRecords(sample.groupRecords, (id) => names.get(id) ?? id);
    this.timelines.applySample({
      at: sample.at,
      since: this.checkedAt,
      listed: this.listedGroups,
      descriptions: sample.descriptions,
      source: sample.timelineSource,
      isComplete: sample.groups !== null && sample.unreachableBrokers.size === 0,
    });
  }

  #groupNames(): string[] {
    return [...new Set([...this.listedGroups.keys(), ...this.consumerOffsets.groups])].sort();
  }

  #judge(group: string, at: number): JudgedGroup {
    const { consumerOffsets, endOffsets } = this;
    const commits = consumerOffsets.partitionsOf(group);
    const assigned = this.descriptions.get(group)?.members.flatMap(({ assignment }) => assignment) ?? [];
    const topics = [...new Set([...commits.topics, ...assigned.map(({ topic }) => topic)])].sort();
    const topicPartitions = topics.flatMap((topic) =>
      (this.metadata.topics.get(topic)?.partitions ?? []).map(({ partition }) => ({ topic, partition })),
    );
    const { allowedLag } = burrowSettings;
    return judgeGroup({ group, topicPartitions, commits, endOffsets, allowedLag, at });
  }

  #drawSparklines(at: number): void {
    for (const { group, totalLag } of this.judgedGroups.values()) {
      this.sparklineOf(group).record(at, totalLag);
    }
    for (const group of this.sparklines.keys()) {
      if (!this.judgedGroups.has(group)) {
        this.sparklines.delete(group);
      }
    }
  }

  #keptWindows(changed: TopicPartitionMap<Set<string>>): KeptCommitWindow[] {
    return [...changed.entries()].flatMap(({ topic, partition, value: groups }) =>
      [...groups].map((group) => {
        const commits = this.consumerOffsets.partitionsOf(group).get(topic, partition)?.window.commits ?? [];
        return { group, topic, partition, commits };
      }),
    );
  }
}
