import type { ConfigValues } from '../metadata/configs/config-values.ts';
import { liveBrokers, type MetadataImage } from '../metadata/metadata-image.ts';
import {
  GROUP_METADATA_TOPIC,
  SHARE_GROUP_STATE_TOPIC,
  TRANSACTION_STATE_TOPIC,
} from '../metadata/topic-name.ts';
import { ErrorCode } from '../protocol/errors.ts';
import type { Encodable } from '../protocol/message.ts';
import { createTopicsRequest } from '../protocol/messages/create-topics-request.ts';
import { createTopicsResponse } from '../protocol/messages/create-topics-response.ts';
import type { PeerChannel } from '../protocol/peer-channel.ts';
import type { Logger } from '../runtime/logger.ts';

export interface TopicAutoCreationNeeds {
  /** The way to the controller. */
  readonly controller: PeerChannel;
  /** Whether there can be no other broker. */
  readonly isAlone: boolean;
  readonly configs: ConfigValues;
  readonly image: () => MetadataImage;
  readonly logger: Logger;
}

type NewTopic = NonNullable<Encodable<typeof createTopicsRequest>['topics']>[number];

const CREATE_TOPICS_VERSION = 7;
const TIMEOUT_MS = 30_000;

/** The broker configs that say how each internal topic is made. */
const INTERNAL_TOPICS: ReadonlyMap<string, InternalTopicConfigs> = new Map([
  [
    GROUP_METADATA_TOPIC,
    {
      partitions: 'offsets.topic.num.partitions',
      replicationFactor: 'offsets.topic.replication.factor',
      segmentBytes: 'offsets.topic.segment.bytes',
      minInSyncReplicas: null,
      fixed: [],
    },
  ],
  [
    TRANSACTION_STATE_TOPIC,
    {
      partitions: 'transaction.state.log.num.partitions',
      replicationFactor: 'transaction.state.log.replication.factor',
      segmentBytes: 'transaction.state.log.segment.bytes',
      minInSyncReplicas: 'transaction.state.log.min.isr',
      // What a transaction's outcome is may not be lost with an unclean leader.
      fixed: [
        { name: 'unclean.leader.election.enable', value: 'false' },
        { name: 'compression.type', value: 'uncompressed' },
      ],
    },
  ],
  [
    SHARE_GROUP_STATE_TOPIC,
    {
      partitions: 'share.coordinator.state.topic.num.partitions',
      replicationFactor: 'share.coordinator.state.topic.replication.factor',
      segmentBytes: 'share.coordinator.state.topic.segment.bytes',
      minInSyncReplicas: 'share.coordinator.state.topic.min.isr',
      fixed: [],
    },
  ],
]);

interface InternalTopicConfigs {
  readonly partitions: string;
  readonly replicationFactor: string;
  readonly segmentBytes: string;
  readonly minInSyncReplicas: string | null;
  readonly fixed: readonly { readonly name: string; readonly value: string }[];
}

/**
 * Makes topics that are asked for but not there. Nobody waits for it: clients ask again. A topic that cannot be made
 * is said in the log, once per attempt.
 */
export class TopicAutoCreation {
  readonly #needs: TopicAutoCreationNeeds;
  readonly #underWay = new Set<string>();

  constructor(needs: TopicAutoCreationNeeds) {
    this.#needs = needs;
  }

  create(names: readonly string[]): void {
    const wanted = names.filter((name) => !this.#underWay.has(name));
    if (wanted.length === 0) return;
    for (const name of wanted) this.#underWay.add(name);
    this.#create(wanted)
      // Nobody waits for the outcome: a controller that fails unexpectedly is to be seen in the log.
      .catch((error: unknown) =>
        this.#needs.logger.error({ err: error, topics: wanted }, 'topics cannot be made'),
      )
      .finally(() => {
        for (const name of wanted) this.#underWay.delete(name);
      });
  }

  async #create(names: readonly string[]): Promise<void> {
    const { controller, logger } = this.#needs;
    const answer = await controller.ask({
      request: createTopicsRequest,
      response: createTopicsResponse,
      version: CREATE_TOPICS_VERSION,
      body: { topics: names.map((name) => this.#topic(name)), timeoutMs: TIMEOUT_MS },
      timeoutMs: TIMEOUT_MS,
    });
    if (answer.kind === 'unanswered') {
      logger.warn({ topics: names, reason: answer.reason }, 'topics cannot be made yet');
      return;
    }
    for (const { name: topic, errorCode, errorMessage: reason } of answer.body.topics) {
      if (errorCode === ErrorCode.NONE || errorCode === ErrorCode.TOPIC_ALREADY_EXISTS) continue;
      logger.warn({ topic, reason }, 'a topic cannot be made');
    }
  }

  #topic(name: string): NewTopic {
    const internal = INTERNAL_TOPICS.get(name);
    if (internal === undefined) {
      return { name, numPartitions: -1, replicationFactor: -1, assignments: [], configs: [] };
    }
    const { configs } = this.#needs;
    const configured = [
      { name: 'cleanup.policy', value: 'compact' },
      { name: 'segment.bytes', value: configs.text(internal.segmentBytes) },
      ...internal.fixed,
    ];
    if (internal.minInSyncReplicas !== null) {
      configured.push({ name: 'min.insync.replicas', value: configs.text(internal.minInSyncReplicas) });
    }
    return {
      name,
      numPartitions: configs.number(internal.partitions),
      replicationFactor: this.#replicationFactor(internal.replicationFactor),
      assignments: [],
      configs: configured,
    };
  }

  /** Where nobody set it, a cluster of one has groups too. In others topics wait until there are enough brokers. */
  #replicationFactor(config: string): number {
    const { configs, image, isAlone } = this.#needs;
    const wanted = configs.number(config);
    return configs.isSet(config) || !isAlone ? wanted : Math.min(wanted, liveBrokers(image()).length);
  }
}
