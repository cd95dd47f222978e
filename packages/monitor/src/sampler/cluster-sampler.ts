import { setImmediate } from 'node:timers/promises';
import type {
  ClusterChange,
  ClusterEvent,
  CommitSource,
  ClusterState as ConnectionState,
  UnreachableReason,
} from '@odradek/contract';
import type { Clock } from '../clock.ts';
import type { ClusterDefinition } from '../cluster-client/cluster-definition.ts';
import type { KafkaLibrary } from '../cluster-client/kafka-library.ts';
import { KafkaRequests } from '../cluster-client/kafka-requests.ts';
import type { AskedOffset } from '../cluster-client/read-committed-offsets.ts';
import { readTopology } from '../cluster-client/read-topology.ts';
import type { Logger } from '../logger.ts';
import type { ManagedCluster } from '../managed-cluster.ts';
import type { EventLog, EventTime } from '../store/event-log.ts';
import type { LagHistory } from '../store/lag-history.ts';
import type { TimelineStore } from '../store/timeline-store.ts';
import type { KeptCommitWindow, WindowStore } from '../store/window-store.ts';
import { ClusterState } from './cluster-state.ts';
import type { LearntCommits } from './commit-learning.ts';
import { lagSamples } from './lag-samples.ts';
import { Reachability, type Sampled } from './reachability.ts';
import { SamplingLoop } from './sampling-loop.ts';
import { silenceChanges } from './silence-changes.ts';
import { SPARKLINE_STEP_MS, SPARKLINE_STEPS } from './sparkline.ts';
import { SampleTaker, type TakenSample } from './take-sample.ts';
import type { TopologyDifference } from './topology-difference.ts';

const MANAGED_INTERVAL_MS = 1_000;
const REMOTE_INTERVAL_MS = 10_000;

/** End offsets are kept this often: losing a few costs a verdict nothing. */
const KEEP_END_OFFSETS_MS = 30_000;

export interface ClusterSamplerNeeds {
  readonly definition: ClusterDefinition;
  /** Resolves once the client library is loaded, which happens after the server listens. */
  readonly library: Promise<KafkaLibrary>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly windows: WindowStore;
  readonly timelines: TimelineStore;
  readonly history: LagHistory;
  readonly events: EventLog;
  /** Set for a cluster whose processes this Odradek supervises. */
  readonly managed: ManagedCluster | null;
  /** Called after each sample of lag, also one that failed. */
  readonly onTick: (sampler: ClusterSampler) => void;
  /** Called after each sample of the topology; null for the first, and where it could not be taken. */
  readonly onTopology: (sampler: ClusterSampler, difference: TopologyDifference | null) => void;
  readonly onEvents: (sampler: ClusterSampler, events: readonly ClusterEvent[]) => void;
}

/** What a caller needs to ask the cluster something by itself. */
export interface ClusterConnection {
  readonly library: KafkaLibrary;
  readonly requests: KafkaRequests;
}

/**
 * Watches one cluster: connecting → reachable ↔ unreachable, the last with a reason and a time of the next attempt.
 * Topology and lag are sampled in loops of their own: a broker that hangs delays whoever asks all brokers, but not the
 * view of who leads what. Never judges: `state` does, from what is put into it.
 */
export class ClusterSampler {
  readonly definition: ClusterDefinition;
  readonly sampleIntervalMs: number;
  readonly state = new ClusterState();
  readonly #needs: ClusterSamplerNeeds;
  readonly #connection: Promise<ClusterConnection>;
  readonly #topologyLoop = new SamplingLoop(() => this.#sample('topology', (at) => this.#sampleTopology(at)));
  readonly #lagLoop = new SamplingLoop(() => this.#sample('lag', (at) => this.#sampleLag(at)));
  #taker: SampleTaker | null = null;
  readonly #reachability: Reachability;
  #keptEndOffsetsAt = 0;
  #commitSource: CommitSource = 'starting';
  #commitSourceReason: string | null = null;

  constructor(needs: ClusterSamplerNeeds) {
    this.#needs = needs;
    this.definition = needs.definition;
    this.#reachability = new Reachability(needs);
    const interval = needs.definition.managed === true ? MANAGED_INTERVAL_MS : REMOTE_INTERVAL_MS;
    this.sampleIntervalMs = needs.definition.sampleIntervalMs ?? interval;
    this.#connection = needs.library.then((library) => ({
      library,
      requests: new KafkaRequests(library, needs.definition),
    }));
  }

  get connectionState(): ConnectionState {
    if (this.reason !== null) {
      return 'unreachable';
    }
    return this.state.checkedAt === null ? 'connecting' : 'reachable';
  }

  get reason(): UnreachableReason | null {
    return this.#reachability.reason;
  }

  get commitSource(): CommitSource {
    return this.#commitSource;
  }

  get commitSourceReason(): string | null {
    return this.#commitSourceReason;
  }

  get isReadOnly(): boolean {
    return this.definition.readOnly ?? this.definition.managed !== true;
  }

  /** Null where this Odradek does not supervise the cluster's processes. */
  get managed(): ManagedCluster | null {
    return this.#needs.managed;
  }

  connection(): Promise<ClusterConnection> {
    return this.#connection;
  }

  start(): void {
    this.#topologyLoop.start();
    // Lag is asked of the brokers that the topology names.
    void this.#topologyLoop.fresh().then(() => this.#lagLoop.start());
  }

  /** Resolves after a sample of everything that was begun after this call, so that what was just made is in it. */
  async freshSample(): Promise<void> {
    await this.freshTopology();
    await this.#lagLoop.fresh();
  }

  /** As `freshSample`, for the topology alone. */
  freshTopology(): Promise<void> {
    return this.#topologyLoop.fresh();
  }

  /** Writes down what happened, and tells it. */
  note(time: EventTime, changes: readonly ClusterChange[]): void {
    if (changes.length === 0) {
      return;
    }
    const { events, onEvents, logger } = this.#needs;
    const { name } = this.definition;
    try {
      onEvents(this, events.add(name, time, changes));
    } catch (error) {
      // A full disk costs the history, not the view of what is.
      logger.error({ cluster: name, err: error }, 'events could not be kept');
    }
  }

  /** Closes the connections, which ends the samples under way, and keeps what is worth keeping. */
  async close(): Promise<void> {
    const ended = [this.#topologyLoop.close(), this.#lagLoop.close()];
    const { requests } = await this.#connection;
    await Promise.all([requests.close(), ...ended]);
    if (this.#taker !== null) {
      for (const _ of this.#keepingEndOffsets());
    }
  }

  /** One run of a loop: what fails makes the cluster unreachable, and is tried again. */
  async #sample(what: Sampled, take: (at: number) => Promise<void>): Promise<number> {
    const at = this.#needs.clock.now();
    try {
      await take(at);
      return Math.max(0, at + this.sampleIntervalMs - this.#needs.clock.now());
    } catch (error) {
      if (this.#topologyLoop.isClosed) {
        return 0;
      }
      this.#taker?.loseTouch();
      const delayMs = this.#reachability.failed(what, error);
      this.#tell(() => this.#needs.onTick(this));
      return delayMs;
    }
  }

  async #sampleTopology(at: number): Promise<void> {
    const { requests } = await this.#connection;
    const topology = await readTopology(requests);
    if (this.#topologyLoop.isClosed) {
      return;
    }
    requests.discover([...topology.metadata.brokers.values()]);
    const since = this.state.topologyAt;
    const difference = this.state.applyTopology(topology, at);
    if (this.#reachability.isFailing('topology')) {
      void this.#lagLoop.fresh();
    }
    this.#reachability.succeeded('topology');
    this.note({ at, since }, difference?.changes ?? [{ kind: 'watching-began' }]);
    this.#tell(() => this.#needs.onTopology(this, difference));
  }

  async #sampleLag(at: number): Promise<void> {
    if (this.state.topologyAt === null || this.#reachability.isFailing('topology')) {
      return;
    }
    const taker = await this.#sampleTaker();
    const taken = await taker.take(this.state.metadata, at);
    if (taken.sample.offsetEvents.some(({ topic }) => !this.state.metadata.topics.has(topic))) {
      // A commit to a topic that is younger than the topology would be taken for one to a topic that is gone.
      await this.#topologyLoop.fresh();
    }
    if (this.#lagLoop.isClosed) {
      // Closing cut its connections: what is missing in it is not gone.
      return;
    }
    this.#takeIn(taken);
    await this.#keepEndOffsetsInTime(at);
    this.#reachability.succeeded('lag');
    this.#tell(() => this.#needs.onTick(this));
  }

  #tell(listen: () => void): void {
    try {
      listen();
    } catch (error) {
      // Who listens may fail; the watching goes on.
      this.#needs.logger.error({ cluster: this.definition.name, err: error }, 'a sample could not be told');
    }
  }

  async #sampleTaker(): Promise<SampleTaker> {
    if (this.#taker === null) {
      const { library, requests } = await this.#connection;
      const kept = this.#needs.windows.load(this.definition.name);
      this.state.restore(kept);
      this.state.timelines.restore(this.#needs.timelines.load(this.definition.name));
      this.#restoreSparklines();
      const committed = committedOffsets(this.state);
      this.#taker = new SampleTaker(library, requests, { positions: kept.positions, committed });
    }
    return this.#taker;
  }

  #takeIn({ sample, commits }: TakenSample): void {
    const { logger } = this.#needs;
    const { name } = this.definition;
    if (commits.beginsAnew) {
      this.state.forgetCommits();
    }
    const silentBefore = this.state.unreachableBrokers;
    const since = this.state.checkedAt;
    const changed = this.state.apply(sample);
    this.note({ at: sample.at, since }, silenceChanges(silentBefore, this.state));
    try {
      this.#keep(sample.at, commits, changed);
    } catch (error) {
      // A full disk costs the history, not the view of what is.
      logger.error({ cluster: name, err: error }, 'the sample could not be kept');
    }
    if (commits.source !== this.#commitSource) {
      logger.info({ cluster: name, source: commits.source, reason: commits.reason }, 'commits are learnt');
    }
    this.#commitSource = commits.source;
    this.#commitSourceReason = commits.reason;
  }

  #keep(at: number, commits: LearntCommits, changed: readonly KeptCommitWindow[]): void {
    const { windows, timelines, history } = this.#needs;
    const { name } = this.definition;
    // Before how far was read: a record that is read twice does no harm, one that is not read would be missing.
    timelines.save(name, this.state.timelines.takeChanged());
    if (commits.beginsAnew) {
      windows.forget(name);
    }
    windows.save(name, { windows: changed, positions: commits.positions });
    history.record(name, at, lagSamples(this.state.judgedGroups.values()));
  }

  /** Now and then, and a few at a time: those of a large cluster take long enough to be felt. */
  async #keepEndOffsetsInTime(at: number): Promise<void> {
    if (at - this.#keptEndOffsetsAt < KEEP_END_OFFSETS_MS) {
      return;
    }
    this.#keptEndOffsetsAt = at;
    try {
      for (const _ of this.#keepingEndOffsets()) await setImmediate();
    } catch (error) {
      // A full disk costs the history, not the view of what is.
      this.#needs.logger.error(
        { cluster: this.definition.name, err: error },
        'end offsets could not be kept',
      );
    }
  }

  #restoreSparklines(): void {
    const to = this.#needs.clock.now();
    const from = to - SPARKLINE_STEPS * SPARKLINE_STEP_MS;
    for (const group of this.state.consumerOffsets.groups) {
      const query = { group, topic: null, partition: null, from, to, stepMs: SPARKLINE_STEP_MS, now: to };
      const sparkline = this.state.sparklineOf(group);
      for (const { at, lag } of this.#needs.history.query(this.definition.name, query)) {
        sparkline.record(at, lag);
      }
    }
  }

  #keepingEndOffsets(): Generator<void> {
    const { endOffsets, topicIds } = this.state;
    const polls = [...endOffsets.entries()].map(({ topic, partition, value }) => ({
      topic,
      partition,
      polls: value,
    }));
    return this.#needs.windows.savingEndOffsets(this.definition.name, polls, topicIds);
  }
}

function committedOffsets(state: ClusterState): AskedOffset[] {
  const { consumerOffsets } = state;
  return consumerOffsets.groups.flatMap((group) =>
    [...consumerOffsets.partitionsOf(group).entries()].map(({ topic, partition, value }) => ({
      group,
      topic,
      partition,
      offset: value.committed.offset,
      metadata: value.committed.metadata,
    })),
  );
}
