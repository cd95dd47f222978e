import type {
  ActiveReassignment,
  PartitionTarget,
  ReassignmentOutcome,
  ReassignmentStatus,
  TopicPartition,
} from '@odradek/contract';
import type { Clock } from '../clock.ts';
import { alterReassignments } from '../cluster-client/alter-reassignments.ts';
import { type BrokerNode, type PartitionMetadata, partitionAt } from '../cluster-client/cluster-metadata.ts';
import { fanOut } from '../cluster-client/fan-out.ts';
import { describeLogDirs, replicasIn } from '../cluster-client/read-log-directories.ts';
import {
  type ReplicationThrottle,
  readThrottle,
  removeThrottle,
  setRates,
  throttlePartitions,
} from '../cluster-client/replication-throttle.ts';
import type { ClusterSampler } from '../sampler/cluster-sampler.ts';
import { TopicPartitionMap } from '../topic-partition-map.ts';

/** Throttles are read again when they are this old: to ask costs a request to every broker and for all topics. */
const THROTTLE_AGE_MS_MAX = 5_000;

const noThrottle: ReplicationThrottle = { brokers: [], topics: [] };

/** The moving of replicas in one cluster: begun, watched, slowed down, given up. */
export class Reassignments {
  readonly #sampler: ClusterSampler;
  readonly #clock: Clock;
  #throttle: { readonly at: number; readonly known: Promise<ReplicationThrottle> } | null = null;
  #hasThrottled = false;

  constructor(sampler: ClusterSampler, clock: Clock) {
    this.#sampler = sampler;
    this.#clock = clock;
  }

  /**
   * Begins to move replicas, slowed down to a rate if one is given. Partitions that are refused change nothing.
   * Throws KafkaError and BrokerUnreachable.
   */
  async start(
    targets: readonly PartitionTarget[],
    throttleBytesPerSecond: number | null,
  ): Promise<ReassignmentOutcome> {
    const { requests } = await this.#sampler.connection();
    try {
      if (throttleBytesPerSecond !== null) {
        const { brokers } = this.#sampler.state.metadata;
        const throttled = targets.map((target) => this.#throttledPartition(target));
        await throttlePartitions(requests, throttled, brokers.values(), throttleBytesPerSecond);
      }
      const outcome = await alterReassignments(requests, targets);
      await this.#sampler.freshTopology();
      return outcome;
    } finally {
      // Only now: until what moves is seen to move, nothing moving would be taken for the end of it.
      this.#hasThrottled ||= throttleBytesPerSecond !== null;
      this.#throttle = null;
    }
  }

  /** Gives up what is under way: null for all of it. What was copied is thrown away. */
  async cancel(partitions: readonly TopicPartition[] | null): Promise<ReassignmentOutcome> {
    const { requests } = await this.#sampler.connection();
    const given =
      partitions ?? this.#moving().map(({ topic, metadata: { partition } }) => ({ topic, partition }));
    const outcome = await alterReassignments(
      requests,
      given.map((partition) => ({ ...partition, replicas: null })),
    );
    await this.#sampler.freshTopology();
    return outcome;
  }

  /** Another rate for what is under way; null: no throttle at all any more. */
  async setThrottle(bytesPerSecond: number | null): Promise<ReassignmentStatus> {
    const { requests } = await this.#sampler.connection();
    const { metadata } = this.#sampler.state;
    if (bytesPerSecond === null) {
      await removeThrottle(requests, await readThrottle(requests, metadata), metadata);
    } else {
      const moving = this.#moving().map(({ topic, metadata: { partition, replicas, removing } }) =>
        this.#throttledPartition({
          topic,
          partition,
          replicas: replicas.filter((id) => !removing.includes(id)),
        }),
      );
      if (moving.length > 0) {
        await throttlePartitions(requests, moving, metadata.brokers.values(), bytesPerSecond);
      } else {
        await setRates(requests, metadata.brokers.values(), bytesPerSecond);
      }
    }
    this.#hasThrottled = bytesPerSecond !== null;
    this.#throttle = null;
    return this.status();
  }

  /** True when what this console slowed down has ended, and the throttle it set is still there. */
  get leavesThrottle(): boolean {
    return (
      this.#hasThrottled && this.#sampler.state.topology.tellsReassignments && this.#moving().length === 0
    );
  }

  async status(): Promise<ReassignmentStatus> {
    const { tellsReassignments } = this.#sampler.state.topology;
    const moving = this.#moving();
    const [sizes, throttle] = await Promise.all([this.#sizesOf(moving), this.#knownThrottle()]);
    return {
      state: tellsReassignments ? 'known' : 'not-told',
      active: moving.map(({ topic, metadata }) => activeReassignment(topic, metadata, sizes)),
      throttle,
      checkedAt: this.#sampler.state.topologyAt ?? this.#clock.now(),
    };
  }

  #moving(): { topic: string; metadata: PartitionMetadata }[] {
    return [...this.#sampler.state.metadata.topics.values()].flatMap(({ name: topic, partitions }) =>
      partitions
        .filter(({ adding, removing }) => adding.length + removing.length > 0)
        .map((metadata) => ({ topic, metadata })),
    );
  }

  #throttledPartition({ topic, partition, replicas }: PartitionTarget) {
    const known = this.#sampler.state.metadata.topics.get(topic);
    const now = known && partitionAt(known, partition);
    const senders = now?.replicas.filter((id) => !now.adding.includes(id)) ?? [];
    return { topic, partition, senders, receivers: replicas.filter((id) => !senders.includes(id)) };
  }

  #knownThrottle(): Promise<ReplicationThrottle> {
    const now = this.#clock.now();
    if (this.#throttle === null || now - this.#throttle.at > THROTTLE_AGE_MS_MAX) {
      const known = this.#sampler
        .connection()
        .then(({ requests }) => readThrottle(requests, this.#sampler.state.metadata))
        .catch(() => noThrottle);
      this.#throttle = { at: now, known };
    }
    return this.#throttle.known;
  }

  /** The bytes of moving partitions on each broker; brokers that may not be asked, or do not answer, are missing. */
  async #sizesOf(
    moving: readonly { topic: string; metadata: PartitionMetadata }[],
  ): Promise<ReadonlyMap<number, TopicPartitionMap<number>>> {
    const sizes = new Map<number, TopicPartitionMap<number>>();
    const { requests } = await this.#sampler.connection();
    const topics = [...Map.groupBy(moving, ({ topic }) => topic)].map(([topic, of]) => ({
      topic,
      partitions: of.map(({ metadata }) => metadata.partition),
    }));
    const holders = new Set(moving.flatMap(({ metadata }) => metadata.replicas));
    const asked = [...this.#sampler.state.metadata.brokers.values()].filter(({ id }) => holders.has(id));
    const ask = async (broker: BrokerNode) => {
      const ofBroker = new TopicPartitionMap<number>();
      for (const { topic, partition, sizeBytes } of replicasIn(
        await describeLogDirs(requests, broker, topics),
      )) {
        ofBroker.set(topic, partition, sizeBytes);
      }
      sizes.set(broker.id, ofBroker);
    };
    await fanOut(asked, ask, () => {});
    return sizes;
  }
}

function activeReassignment(
  topic: string,
  { partition, leader, replicas, isr, adding, removing }: PartitionMetadata,
  sizes: ReadonlyMap<number, TopicPartitionMap<number>>,
): ActiveReassignment {
  const sizeOn = (id: number) => sizes.get(id)?.get(topic, partition);
  const whole = leader === null ? undefined : sizeOn(leader);
  const copied = adding.map((id) => (isr.includes(id) ? whole : Math.min(sizeOn(id) ?? 0, whole ?? 0)));
  return {
    topic,
    partition,
    replicas: [...replicas],
    adding: [...adding],
    removing: [...removing],
    replicasLeft: adding.filter((id) => !isr.includes(id)).length,
    bytesTotal: whole === undefined ? null : whole * adding.length,
    bytesCopied:
      whole === undefined ? null : copied.reduce<number>((total, bytes) => total + (bytes ?? 0), 0),
  };
}
