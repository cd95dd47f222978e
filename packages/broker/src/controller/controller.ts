import { brokerConfigValues } from '../metadata/configs/broker-config-layers.ts';
import { MetadataDelta } from '../metadata/metadata-delta.ts';
import { EMPTY_IMAGE, type MetadataImage } from '../metadata/metadata-image.ts';
import {
  decodeMetadataRecord,
  encodeMetadataRecord,
  type MetadataRecord,
} from '../metadata/metadata-record.ts';
import type { MetadataBatch } from '../raft/loaded-batch.ts';
import { MetadataQuorum, type MetadataQuorumNeeds } from '../raft/metadata-quorum.ts';
import type { QuorumListener } from '../raft/quorum-listener.ts';
import { invariant } from '../runtime/invariant.ts';
import type { Random } from '../runtime/random.ts';
import { bootstrapRecords, KRAFT_VERSION_FEATURE } from './bootstrap.ts';
import {
  type BrokerRegistration,
  type RegisteredBroker,
  registerBroker,
  unfenceBroker,
} from './broker-registration.ts';
import {
  type ConfigChange,
  type ConfigChangeResult,
  type ConfigReplacement,
  changeConfigs,
  replaceConfigs,
} from './config-changes.ts';
import { createPartitions, type GrowingTopic, type GrowthResult } from './create-partitions.ts';
import { createTopics, type NewTopic, type TopicCreation } from './create-topics.ts';
import type { ControllerView, Decision } from './decision.ts';
import { type DeletionResult, deleteTopics } from './delete-topics.ts';
import { allocateProducerIds, type ProducerIdBlock } from './producer-id-blocks.ts';

export interface ControllerNeeds extends MetadataQuorumNeeds {
  readonly nodeId: number;
  readonly random: Random;
  /** What this node's file says: defaults of new topics come from it. */
  readonly staticValues: ReadonlyMap<string, string>;
  /** Told of each committed step once, in order, before the request that made it is answered. */
  readonly publish: (delta: MetadataDelta, image: MetadataImage) => void;
  /** The metadata log cannot be written any more; nothing will be committed by this incarnation. */
  readonly onStopped: (reason: unknown) => void;
}

/** `not-controller`: the records were not, and will not be, committed by this node. */
export type ControllerOutcome<Response> =
  | { readonly kind: 'committed'; readonly response: Response }
  | { readonly kind: 'not-controller' };

interface AppendedStep {
  readonly delta: MetadataDelta;
  readonly image: MetadataImage;
}

/**
 * The active controller: decides on requests one after another from everything decided so far, appends the records,
 * and answers when they are committed. Its state is nothing but the replayed metadata log.
 */
export class Controller {
  readonly #needs: ControllerNeeds;
  readonly #quorum: MetadataQuorum;
  /** Everything replayed before the first publication; null after it. */
  #loading: MetadataDelta | null = new MetadataDelta(EMPTY_IMAGE);
  #loadedTo = { offset: -1, epoch: -1 };
  /** With everything appended. */
  #latest: MetadataImage = EMPTY_IMAGE;
  /** With everything committed. */
  #committed: MetadataImage = EMPTY_IMAGE;
  /** Appended and not yet committed, oldest first. */
  #pending: AppendedStep[] = [];
  #lastCommit: Promise<void> = Promise.resolve();

  constructor(needs: ControllerNeeds) {
    this.#needs = needs;
    const listener: QuorumListener = {
      onBatch: (batch) => this.#load(batch),
      onCommitted: (highWatermark) => this.#commit(highWatermark),
      onStopped: needs.onStopped,
    };
    this.#quorum = new MetadataQuorum(needs, listener);
  }

  /** The state of the cluster as far as it is committed. */
  get image(): MetadataImage {
    return this.#committed;
  }

  /** For DescribeQuorum: epoch, leader and high watermark of the metadata log. */
  get quorum(): MetadataQuorum {
    return this.#quorum;
  }

  /**
   * Replays the metadata log, takes the lead, registers this node's broker and lets it take part, then publishes all
   * of that as one step. Rejects when the log cannot be read or written.
   */
  async start(registration: BrokerRegistration): Promise<RegisteredBroker> {
    const loading = this.#loading;
    invariant(loading !== null, 'the controller was started twice');
    await this.#quorum.start();
    this.#latest = loading.imageAt(this.#loadedTo);
    this.#append(bootstrapRecords(this.#latest));
    const { records, response } = registerBroker(this.#view(), registration);
    this.#append(records);
    this.#append(
      unfenceBroker(this.#view(), { id: registration.brokerId, epoch: response.brokerEpoch }).records,
    );
    await this.#lastCommit;
    this.#loading = null;
    this.#committed = this.#latest;
    this.#needs.publish(loading, this.#committed);
    return response;
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

  allocateProducerIds(broker: {
    readonly id: number;
    readonly epoch: number;
  }): Promise<ControllerOutcome<ProducerIdBlock>> {
    return this.#submit((view) => allocateProducerIds(view, broker));
  }

  /** Answers what is under way, then closes the metadata log. */
  async close(): Promise<void> {
    await this.#lastCommit.catch(() => {});
    await this.#quorum.close();
  }

  /**
   * Decides at once and answers after commit. A decision without records may rest on records of an earlier one that
   * are not committed yet, so it waits for those.
   */
  async #submit<Response>(
    decide: (view: ControllerView) => Decision<Response>,
    { validateOnly }: { readonly validateOnly: boolean } = { validateOnly: false },
  ): Promise<ControllerOutcome<Response>> {
    if (this.#quorum.state.role.name !== 'leader' || this.#loading !== null) {
      return { kind: 'not-controller' };
    }
    const { records, response } = decide(this.#view());
    if (!validateOnly) this.#append(records);
    return this.#lastCommit.then(
      () => ({ kind: 'committed', response }),
      // The reason went to onStopped; for the request it only matters that nothing was committed.
      () => ({ kind: 'not-controller' }),
    );
  }

  #view(): ControllerView {
    const { nodeId, random, staticValues } = this.#needs;
    const image = this.#latest;
    return {
      image,
      nodeId,
      random,
      staticValues,
      configs: brokerConfigValues({ image, nodeId, staticValues }),
      nextOffset: this.#quorum.state.log.endOffset,
    };
  }

  #append(records: readonly MetadataRecord[]): void {
    if (records.length === 0) return;
    const { lastOffset, epoch, committed } = this.#quorum.append(records.map(encodeMetadataRecord));
    const position = { offset: lastOffset, epoch };
    const delta = this.#loading ?? new MetadataDelta(this.#latest);
    for (const record of records) delta.replay(record);
    this.#latest = delta.imageAt(position);
    if (this.#loading === null) this.#pending.push({ delta, image: this.#latest });
    this.#lastCommit = committed;
    // Whoever waits for it handles the failure; onStopped reports it in any case.
    committed.catch(() => {});
  }

  #load(batch: MetadataBatch): void {
    const loading = this.#loading;
    if (loading === null) {
      // The quorum's own: this node leads another epoch.
      invariant(batch.records.length === 0, 'records were loaded after the start');
      return;
    }
    for (const value of batch.records) loading.replay(decodeMetadataRecord(value));
    for (const record of batch.controlRecords) {
      if (record.kind === 'kraftVersion') loading.setFeatureLevel(KRAFT_VERSION_FEATURE, record.level);
    }
    this.#loadedTo = { offset: batch.lastOffset, epoch: batch.epoch };
  }

  #commit(highWatermark: number): void {
    for (;;) {
      const [next] = this.#pending;
      if (next === undefined || next.image.offset >= highWatermark) return;
      this.#pending.shift();
      this.#committed = next.image;
      this.#needs.publish(next.delta, next.image);
    }
  }
}
