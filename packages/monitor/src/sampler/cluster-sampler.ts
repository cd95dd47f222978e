import type { CommitSource, ClusterState as ConnectionState, UnreachableReason } from '@odradek/contract';
import type { Clock } from '../clock.ts';
import { addressText, type ClusterDefinition } from '../cluster-client/cluster-definition.ts';
import type { KafkaLibrary } from '../cluster-client/kafka-library.ts';
import { KafkaRequests } from '../cluster-client/kafka-requests.ts';
import type { AskedOffset } from '../cluster-client/read-committed-offsets.ts';
import { BrokerUnreachable } from '../cluster-client/unreachable.ts';
import type { Logger } from '../logger.ts';
import type { LagHistory } from '../store/lag-history.ts';
import type { KeptCommitWindow, WindowStore } from '../store/window-store.ts';
import { ClusterState } from './cluster-state.ts';
import type { LearntCommits } from './commit-learning.ts';
import { lagSamples } from './lag-samples.ts';
import { SPARKLINE_STEP_MS, SPARKLINE_STEPS } from './sparkline.ts';
import { SampleTaker, type TakenSample } from './take-sample.ts';

const MANAGED_INTERVAL_MS = 1_000;
const REMOTE_INTERVAL_MS = 10_000;

/** A cluster that does not answer is asked again after the interval, then ever more rarely, up to this. */
const RETRY_MS_MAX = 30_000;

/** A managed cluster is on this machine, and somebody is waiting for it. */
const MANAGED_RETRY_MS_MAX = 2_000;

/** End offsets are kept this often: losing a few costs a verdict nothing. */
const KEEP_END_OFFSETS_MS = 30_000;

export interface ClusterSamplerNeeds {
  readonly definition: ClusterDefinition;
  /** Resolves once the client library is loaded, which happens after the server listens. */
  readonly library: Promise<KafkaLibrary>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly windows: WindowStore;
  readonly history: LagHistory;
  /** Called after each tick, also one that failed. */
  readonly onTick: (sampler: ClusterSampler) => void;
}

/** What a caller needs to ask the cluster something by itself. */
export interface ClusterConnection {
  readonly library: KafkaLibrary;
  readonly requests: KafkaRequests;
}

/**
 * Watches one cluster: connecting → reachable ↔ unreachable, the last with a reason and a time of the next attempt.
 * One tick at a time; a slow tick delays the next one. Never judges: `state` does, from what is put into it.
 */
export class ClusterSampler {
  readonly definition: ClusterDefinition;
  readonly sampleIntervalMs: number;
  readonly state = new ClusterState();
  readonly #needs: ClusterSamplerNeeds;
  readonly #connection: Promise<ClusterConnection>;
  #taker: SampleTaker | null = null;
  #timer: NodeJS.Timeout | null = null;
  #tick: Promise<void> = Promise.resolve();
  #fresh: Promise<void> | null = null;
  #isClosed = false;
  #failures = 0;
  #keptEndOffsetsAt = 0;
  #reason: UnreachableReason | null = null;
  #commitSource: CommitSource = 'starting';
  #commitSourceReason: string | null = null;

  constructor(needs: ClusterSamplerNeeds) {
    this.#needs = needs;
    this.definition = needs.definition;
    const interval = needs.definition.managed === true ? MANAGED_INTERVAL_MS : REMOTE_INTERVAL_MS;
    this.sampleIntervalMs = needs.definition.sampleIntervalMs ?? interval;
    this.#connection = needs.library.then((library) => ({
      library,
      requests: new KafkaRequests(library, needs.definition),
    }));
  }

  get connectionState(): ConnectionState {
    if (this.#reason !== null) {
      return 'unreachable';
    }
    return this.state.checkedAt === null || this.#failures > 0 ? 'connecting' : 'reachable';
  }

  get reason(): UnreachableReason | null {
    return this.#reason;
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

  connection(): Promise<ClusterConnection> {
    return this.#connection;
  }

  start(): void {
    this.#schedule(0);
  }

  /**
   * Resolves after a sample that was begun after this call, so that what was just made is in it. Callers that come
   * before it begins share it.
   */
  freshSample(): Promise<void> {
    this.#fresh ??= this.#tick.then(() => {
      this.#fresh = null;
      if (this.#isClosed) return;
      clearTimeout(this.#timer ?? undefined);
      this.#tick = this.#runTick();
      return this.#tick;
    });
    return this.#fresh;
  }

  /** Closes the connections, which ends the tick under way, and keeps what is worth keeping. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer ?? undefined);
    const { requests } = await this.#connection;
    await Promise.all([requests.close(), this.#tick]);
    if (this.#taker !== null) {
      this.#keepEndOffsets();
    }
  }

  #schedule(delayMs: number): void {
    if (!this.#isClosed) {
      this.#timer = setTimeout(() => {
        this.#tick = this.#runTick();
      }, delayMs);
    }
  }

  async #runTick(): Promise<void> {
    const at = this.#needs.clock.now();
    let delayMs: number;
    try {
      const taker = await this.#sampleTaker();
      const taken = await taker.take(at);
      if (this.#isClosed) {
        // Closing cut its connections: what is missing in it is not gone.
        return;
      }
      this.#takeIn(taken);
      delayMs = Math.max(0, at + this.sampleIntervalMs - this.#needs.clock.now());
    } catch (error) {
      if (this.#isClosed) {
        return;
      }
      delayMs = this.#becomeUnreachable(error);
    }
    this.#schedule(delayMs);
    this.#tell();
  }

  #tell(): void {
    try {
      this.#needs.onTick(this);
    } catch (error) {
      // Who listens may fail; the watching goes on.
      this.#needs.logger.error({ cluster: this.definition.name, err: error }, 'a tick could not be told');
    }
  }

  async #sampleTaker(): Promise<SampleTaker> {
    if (this.#taker === null) {
      const { library, requests } = await this.#connection;
      const kept = this.#needs.windows.load(this.definition.name);
      this.state.restore(kept);
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
    const changed = this.state.apply(sample);
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
    if (this.#failures > 0) {
      logger.info({ cluster: name }, 'cluster is reachable again');
    }
    this.#failures = 0;
    this.#reason = null;
  }

  #keep(at: number, commits: LearntCommits, changed: readonly KeptCommitWindow[]): void {
    const { windows, history } = this.#needs;
    const { name } = this.definition;
    if (commits.beginsAnew) {
      windows.forget(name);
    }
    windows.save(name, { windows: changed, positions: commits.positions });
    history.record(name, at, lagSamples(this.state.judgedGroups.values()));
    if (at - this.#keptEndOffsetsAt >= KEEP_END_OFFSETS_MS) {
      this.#keptEndOffsetsAt = at;
      this.#keepEndOffsets();
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

  /** Returns when to try again. */
  #becomeUnreachable(error: unknown): number {
    const { logger, clock } = this.#needs;
    const { managed, name } = this.definition;
    this.#failures += 1;
    this.#taker?.loseTouch();
    const retryMax = managed === true ? MANAGED_RETRY_MS_MAX : RETRY_MS_MAX;
    const delayMs = Math.min(retryMax, 1_000 * 2 ** (this.#failures - 1));
    const now = clock.now();
    const known = error instanceof BrokerUnreachable ? error : null;
    const message = error instanceof Error ? error.message : String(error);
    if (this.#failures === 1) {
      logger.warn({ cluster: name, err: error }, `cluster is unreachable: ${message}`);
    }
    this.#reason = {
      kind: known?.kind ?? 'unknown',
      message,
      address: known === null ? null : addressText(known.address),
      since: this.#reason?.since ?? now,
      nextAttemptAt: now + delayMs,
    };
    return delayMs;
  }

  #keepEndOffsets(): void {
    const { endOffsets, topicIds } = this.state;
    const polls = [...endOffsets.entries()].map(({ topic, partition, value }) => ({
      topic,
      partition,
      polls: value,
    }));
    this.#needs.windows.saveEndOffsets(this.definition.name, polls, topicIds);
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
