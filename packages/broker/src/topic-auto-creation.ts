import type { Controller } from './controller/controller.ts';
import type { NewTopic } from './controller/create-topics.ts';
import type { ConfigValues } from './metadata/configs/config-values.ts';
import { liveBrokers, type MetadataImage } from './metadata/metadata-image.ts';
import {
  GROUP_METADATA_TOPIC,
  SHARE_GROUP_STATE_TOPIC,
  TRANSACTION_STATE_TOPIC,
} from './metadata/topic-name.ts';
import { ErrorCode } from './protocol/errors.ts';
import type { Logger } from './runtime/logger.ts';

export interface TopicAutoCreationNeeds {
  readonly controller: Controller;
  readonly configs: ConfigValues;
  readonly image: () => MetadataImage;
  readonly logger: Logger;
}

/** The broker configs that say how each internal topic is made. */
const INTERNAL_TOPICS: ReadonlyMap<string, InternalTopicConfigs> = new Map([
  [
    GROUP_METADATA_TOPIC,
    {
      partitions: 'offsets.topic.num.partitions',
      replicationFactor: 'offsets.topic.replication.factor',
      segmentBytes: 'offsets.topic.segment.bytes',
      minInSyncReplicas: null,
    },
  ],
  [
    TRANSACTION_STATE_TOPIC,
    {
      partitions: 'transaction.state.log.num.partitions',
      replicationFactor: 'transaction.state.log.replication.factor',
      segmentBytes: 'transaction.state.log.segment.bytes',
      minInSyncReplicas: 'transaction.state.log.min.isr',
    },
  ],
  [
    SHARE_GROUP_STATE_TOPIC,
    {
      partitions: 'share.coordinator.state.topic.num.partitions',
      replicationFactor: 'share.coordinator.state.topic.replication.factor',
      segmentBytes: 'share.coordinator.state.topic.segment.bytes',
      minInSyncReplicas: 'share.coordinator.state.topic.min.isr',
    },
  ],
]);

interface InternalTopicConfigs {
  readonly partitions: string;
  readonly replicationFactor: string;
  readonly segmentBytes: string;
  readonly minInSyncReplicas: string | null;
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
    const topics = names.map((name) => this.#topic(name));
    const outcome = await controller.createTopics(topics, { validateOnly: false });
    for (const creation of outcome.kind === 'committed' ? outcome.response : []) {
      if (creation.kind !== 'failed' || creation.errorCode === ErrorCode.TOPIC_ALREADY_EXISTS) continue;
      logger.warn({ topic: creation.name, reason: creation.errorMessage }, 'a topic cannot be made');
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

  /** Where nobody set it, no more than there are brokers: a cluster of one has groups too. */
  #replicationFactor(config: string): number {
    const { configs, image } = this.#needs;
    const wanted = configs.number(config);
    return configs.isSet(config) ? wanted : Math.min(wanted, liveBrokers(image()).length);
  }
}
