import { brokerConfigValues } from '../metadata/configs/broker-config-layers.ts';
import type { MetadataDelta } from '../metadata/metadata-delta.ts';
import { type ControllerImage, EMPTY_IMAGE, type MetadataImage } from '../metadata/metadata-image.ts';
import type { MetadataBatch } from '../raft/loaded-batch.ts';
import { MetadataQuorum, type MetadataQuorumNeeds } from '../raft/metadata-quorum.ts';
import type { LeaderAndEpoch, QuorumListener, SnapshotReplay } from '../raft/quorum-listener.ts';
import { votersOf } from '../raft/raft-state.ts';
import { invariant } from '../runtime/invariant.ts';
import type { Decided } from './active-controller.ts';
import { alterPartitionsOf, type IsrChange, type IsrChangesReply } from './alter-partition.ts';
import { type AssignedDirectory, type AssignmentReply, assignReplicas } from './assign-replicas.ts';
import { bootstrapRecords } from './bootstrap.ts';
import {
  type BrokerHeartbeat,
  ELECTIONS_PER_STEP,
  type HeartbeatReply,
  heartbeat,
} from './broker-heartbeat.ts';
import {
  type BrokerRegistration,
  type RegistrationReply,
  registerBroker,
  unregisterBroker,
} from './broker-registration.ts';
import {
  type ConfigChange,
  type ConfigChangeResult,
  type ConfigReplacement,
  changeConfigs,
  replaceConfigs,
} from './config-changes.ts';
import { registerController } from './controller-registration.ts';
import { beginTerm, type ControllerTerm } from './controller-term.ts';
import { createPartitions, type GrowingTopic, type GrowthResult } from './create-partitions.ts';
import { createTopics, type NewTopic, type TopicCreation } from './create-topics.ts';
import type { ApiError, ControllerView, Decision } from './decision.ts';
import { type DeletionResult, deleteTopics } from './delete-topics.ts';
import { DeposedSteps } from './deposed-steps.ts';
import { type ElectionResult, electLeaders, type WantedElections } from './elect-leaders.ts';
import { MetadataReplay } from './metadata-replay.ts';
import { allocateProducerIds, type ProducerIdBlock } from './producer-id-blocks.ts';
import {
  type ReassignmentOptions,
  type ReassignmentResult,
  reassignPartitions,
  type WantedAssignment,
} from './reassign-partitions.ts';
import { SnapshotSchedule } from './snapshot-schedule.ts';
import { type FeatureUpdate, updateFeatures } from './update-features.ts';

export interface ControllerNeeds extends MetadataQuorumNeeds {
  readonly nodeId: number;
  /** Drawn anew by every start of this node; its broker registers by it. */
  readonly incarnationId: string;
  /** What this node's file says: defaults of new topics come from it. */
  readonly staticValues: ReadonlyMap<string, string>;
  /** Told of each committed step once, in order, before the request that made it is answered. */
  readonly publish: (delta: MetadataDelta, image: MetadataImage) => void;
  /** Before this says so of an image nothing is published; then all that is committed by then is, as one step. */
  readonly mayPublish?: (image: MetadataImage) => boolean;
  /** Another node is the controller, or none as far as this one knows. */
  readonly onLeaderChanged?: () => void;
  /** The metadata log cannot be written any more; nothing will be committed by this incarnation. */
  readonly onStopped: (reason: unknown) => void;
}

/** `not-controller`: this node does not lead, or has ceased to before it saw the records committed. */
export type ControllerOutcome<Response> =
  | { readonly kind: 'committed'; readonly response: Response }
  | { readonly kind: 'not-controller' };

/**
 * The controller's part of a node: it follows the metadata log, whoever leads, and decides on requests while this node
 * does. Its state is nothing but the replayed log, and which brokers it has heard of.
 */
export class Controller {
  readonly #needs: ControllerNeeds;
  readonly #quorum: MetadataQuorum;
  readonly #replay: MetadataReplay;
  readonly #schedule: SnapshotSchedule;
  /** Null while another node leads, or none. */
  #term: ControllerTerm | null = null;
  readonly #deposed: DeposedSteps;
  /** Who led before this node did, as far as it knows. */
  #predecessorId: number | null = null;
  /** Whether a record was committed with which this node's epoch may begin. */
  #isDue = false;

  constructor(needs: ControllerNeeds) {
    this.#needs = needs;
    this.#deposed = new DeposedSteps(needs.clock);
    this.#replay = new MetadataReplay(needs.publish, needs.mayPublish);
    const listener: QuorumListener = {
      onBatch: (batch) => this.#onBatch(batch),
      onSnapshot: () => this.#onSnapshot(),
      onLeaderChanged: (leader) => this.#onLeaderChanged(leader),
      onCommitted: (highWatermark) => this.#onCommitted(highWatermark),
      onStopped: (reason) => {
        this.#endTerm();
        this.#deposed.close();
        this.#schedule.stop();
        needs.onStopped(reason);
      },
    };
    const configs = brokerConfigValues({ ...needs, image: EMPTY_IMAGE });
    const retention = {
      maxBytes: configs.number('metadata.max.retention.bytes'),
      maxAgeMs: configs.number('metadata.max.retention.ms'),
    };
    this.#quorum = new MetadataQuorum({ ...needs, retention }, listener);
    this.#schedule = new SnapshotSchedule({
      quorum: this.#quorum,
      clock: needs.clock,
      image: () => this.#replay.image,
      maxBytes: configs.number('metadata.log.max.record.bytes.between.snapshots'),
      intervalMs: configs.number('metadata.log.max.snapshot.interval.ms'),
    });
  }

  /** The state of the cluster as far as it is committed. */
  get image(): MetadataImage {
    return this.#replay.image;
  }

  /** For DescribeQuorum: epoch, leader and high watermark of the metadata log. */
  get quorum(): MetadataQuorum {
    return this.#quorum;
  }

  /** Whether this node decides now. */
  get isActive(): boolean {
    return this.#leadingTerm() !== null;
  }

  /** Reads the log and takes part in the quorum. Where this node is the only voter, it leads when this resolves. */
  async open(): Promise<void> {
    await this.#quorum.start();
    if (this.#isAlone) this.#beginTerm();
  }

  /**
   * Where this node is the only voter: registers its broker and lets it take part, and publishes that with everything
   * in the log as one step. Resolves with the broker's epoch; rejects when it is refused or the log fails.
   */
  async start(registration: BrokerRegistration): Promise<{ readonly brokerEpoch: number }> {
    await this.open();
    const { response } = this.#register(registration) ?? {};
    if (response?.kind !== 'registered') {
      throw new Error(`The broker cannot be registered: ${response?.errorMessage ?? 'no controller leads'}`);
    }
    const { brokerEpoch } = response;
    const { brokerId } = registration;
    const ready = { connectionId: null, wantsFence: false, wantsShutdown: false, offlineDirectories: [] };
    // It is published with its registration, so it knows of that before anything is asked of it.
    const outcome = await this.heartbeat({ brokerId, brokerEpoch, metadataOffset: brokerEpoch, ...ready });
    if (outcome.kind === 'not-controller') throw new Error('The metadata log failed at the start');
    return { brokerEpoch };
  }

  async registerBroker(registration: BrokerRegistration): Promise<ControllerOutcome<RegistrationReply>> {
    return outcomeOf(this.#register(registration));
  }

  async heartbeat(heard: BrokerHeartbeat): Promise<ControllerOutcome<HeartbeatReply>> {
    const { clock } = this.#needs;
    const outcome = this.#submit((view, { sessions, duties }) => {
      const decision = heartbeat(view, { heard, sessions, nowMs: clock.monotonicMs() });
      // Of many partitions without a leader it has given the first ones one.
      if (decision.records.length > ELECTIONS_PER_STEP) duties.electMissing();
      return decision;
    });
    this.#term?.duties.watchSessions();
    return outcome;
  }

  /** A connection was closed by which a broker may have been heard of. */
  connectionClosed(connectionId: number): void {
    const { sessions, duties } = this.#leadingTerm() ?? {};
    if (sessions?.lost(connectionId, this.#needs.clock.monotonicMs())) duties?.watchSessionsAnew();
  }

  async unregisterBroker(brokerId: number): Promise<ControllerOutcome<ApiError>> {
    return this.#submit((view, { sessions }) => {
      const decision = unregisterBroker(view, brokerId);
      if (decision.records.length > 0) sessions.end(brokerId);
      return decision;
    });
  }

  alterPartitions(
    broker: { readonly id: number; readonly epoch: number },
    wanted: readonly IsrChange[],
  ): Promise<ControllerOutcome<IsrChangesReply>> {
    return this.#submit((view) => alterPartitionsOf(view, broker, wanted));
  }

  electLeaders(wanted: WantedElections): Promise<ControllerOutcome<readonly ElectionResult[]>> {
    return this.#submit((view) => electLeaders(view, wanted));
  }

  reassignPartitions(
    wanted: readonly WantedAssignment[],
    options: ReassignmentOptions,
  ): Promise<ControllerOutcome<readonly ReassignmentResult[]>> {
    return this.#submit((view) => reassignPartitions(view, wanted, options));
  }

  createTopics(
    topics: readonly NewTopic[],
    options: { readonly validateOnly: boolean },
  ): Promise<ControllerOutcome<readonly TopicCreation[]>> {
    return this.#submit((view) => createTopics(view, topics), options);
  }

  deleteTopics(topicIds: readonly string[]): Promise<ControllerOutcome<readonly DeletionResult[]>> {
    return this.#submit((view) => deleteTopics(view, topicIds));
  }

  createPartitions(
    topics: readonly GrowingTopic[],
    options: { readonly validateOnly: boolean },
  ): Promise<ControllerOutcome<readonly GrowthResult[]>> {
    return this.#submit((view) => createPartitions(view, topics), options);
  }

  changeConfigs(
    changes: readonly ConfigChange[],
    options: { readonly validateOnly: boolean },
  ): Promise<ControllerOutcome<readonly ConfigChangeResult[]>> {
    return this.#submit((view) => changeConfigs(view, changes), options);
  }

  replaceConfigs(
    replacements: readonly ConfigReplacement[],
    options: { readonly validateOnly: boolean },
  ): Promise<ControllerOutcome<readonly ConfigChangeResult[]>> {
    return this.#submit((view) => replaceConfigs(view, replacements), options);
  }

  assignReplicas(
    broker: { readonly id: number; readonly epoch: number },
    directories: readonly AssignedDirectory[],
  ): Promise<ControllerOutcome<AssignmentReply>> {
    return this.#submit((view) => assignReplicas(view, broker, directories));
  }

  updateFeatures(
    updates: readonly FeatureUpdate[],
    options: { readonly validateOnly: boolean },
  ): Promise<ControllerOutcome<ApiError>> {
    const voterIds = votersOf(this.#quorum.state).map(({ id }) => id);
    return this.#submit((view) => updateFeatures(view, updates, voterIds), options);
  }

  registerController(registration: ControllerImage): Promise<ControllerOutcome<null>> {
    return this.#submit((view) => registerController(view, registration));
  }

  allocateProducerIds(broker: {
    readonly id: number;
    readonly epoch: number;
  }): Promise<ControllerOutcome<ProducerIdBlock>> {
    return this.#submit((view) => allocateProducerIds(view, broker));
  }

  /** Answers what is under way, then closes the metadata log. */
  async close(): Promise<void> {
    this.#term?.duties.stop();
    this.#deposed.close();
    await this.#term?.active.settled();
    await this.#quorum.close();
  }

  #register(registration: BrokerRegistration): Decided<RegistrationReply> | null {
    const term = this.#leadingTerm();
    if (term === null) return null;
    const { clusterId, clock } = this.#needs;
    const { active, sessions, duties } = term;
    const decided = active.decide((view) =>
      registerBroker(view, registration, {
        clusterId,
        isAlive: (id, epoch) => sessions.isAlive(id, epoch, clock.monotonicMs()),
      }),
    );
    const { response } = decided;
    if (response.kind === 'registered') {
      // A registration that is amended does not fence whoever takes part.
      const isFenced = sessions.phaseOf(registration.brokerId) === 'fenced' || !response.isAmended;
      const broker = { id: registration.brokerId, epoch: response.brokerEpoch, isFenced };
      sessions.begin(broker, clock.monotonicMs());
      duties.watchSessions();
    }
    return decided;
  }

  async #submit<Response>(
    decide: (view: ControllerView, term: ControllerTerm) => Decision<Response>,
    options?: { readonly validateOnly: boolean },
  ): Promise<ControllerOutcome<Response>> {
    const term = this.#leadingTerm();
    return outcomeOf(term === null ? null : term.active.decide((view) => decide(view, term), options));
  }

  get #isAlone(): boolean {
    return this.#needs.company === undefined;
  }

  #leadingTerm(): ControllerTerm | null {
    return this.#term?.active.leads === true ? this.#term : null;
  }

  #onBatch(batch: MetadataBatch): void {
    if (this.#isAlone && this.#term !== null) {
      // The quorum's own: this node leads another epoch.
      invariant(batch.records.length === 0, 'the only voter was told of records that it wrote itself');
      return;
    }
    this.#deposed.take(batch);
    const step = this.#term?.active.takeCommitted(batch) ?? null;
    if (step !== null) this.#replay.adopt(step);
    else this.#replay.replay(batch);
    this.#isDue ||= batch.controlRecords.some(({ kind }) => kind === 'leaderChange');
  }

  #onSnapshot(): SnapshotReplay {
    this.#deposed.giveUp();
    const replay = this.#replay.replaySnapshot();
    return {
      take: (batch) => replay.take(batch),
      end: (id) => {
        replay.end(id);
        this.#schedule.onSnapshot(id.offset);
      },
    };
  }

  #onCommitted(highWatermark: number): void {
    const term = this.#term;
    if (this.#isAlone) {
      for (const step of term?.active.takeCommittedBelow(highWatermark) ?? []) this.#replay.adopt(step);
    }
    this.#replay.publish();
    term?.active.answer();
    this.#deposed.answer();
    this.#schedule.onCommitted();
    if (this.#isDue && !this.#isAlone) this.#beginTerm();
  }

  #onLeaderChanged({ isSelf, leaderId, epoch }: LeaderAndEpoch): void {
    if (!isSelf && leaderId !== null) this.#predecessorId = leaderId;
    if (!isSelf || (!this.#isAlone && this.#term?.active.epoch !== epoch)) this.#endTerm();
    this.#needs.onLeaderChanged?.();
  }

  /** Everything of earlier epochs is replayed once the first record of this node's own epoch is. */
  #beginTerm(): void {
    this.#isDue = false;
    const { role, epoch } = this.#quorum.state;
    const image = this.#replay.replayed();
    if (role.name !== 'leader' || image.epoch !== epoch || this.#term !== null) return;
    this.#term = beginTerm(this.#quorum, this.#needs, {
      ...{ image, epoch: this.#isAlone ? null : epoch, predecessorId: this.#predecessorId },
    });
    this.#term.active.decide((view) => ({ records: bootstrapRecords(view), response: null }));
  }

  #endTerm(): void {
    const term = this.#term;
    this.#term = null;
    term?.duties.stop();
    const open = term?.active.stop() ?? null;
    if (open !== null) this.#deposed.begin(open);
  }
}

async function outcomeOf<Response>(decided: Decided<Response> | null): Promise<ControllerOutcome<Response>> {
  if (decided === null || !(await decided.committed)) return { kind: 'not-controller' };
  return { kind: 'committed', response: decided.response };
}
