import { ConfigResourceType } from '../metadata/config-resource.ts';
import { topicConfigValues } from '../metadata/configs/topic-config-values.ts';
import { dynamicConfigs, type MetadataImage, type TopicImage } from '../metadata/metadata-image.ts';
import type { MetadataRecord } from '../metadata/metadata-record.ts';
import { LOST_DIRECTORY } from '../metadata/partition-image.ts';
import { ZERO_UUID } from '../protocol/uuid.ts';
import type { ControllerView } from './decision.ts';
import { tracksEligibleLeaders } from './eligible-leaders.ts';
import { isActive, onlyDirectory } from './partition-assignment.ts';
import { changePartition, type PartitionTargets } from './partition-change.ts';

/** Whether a broker may lead, in this decision. */
export type Liveness = (brokerId: number) => boolean;

/** What the configs of a topic say about changes of its partitions. */
interface TopicRules {
  readonly minInSyncReplicas: number;
  readonly allowsUncleanElection: boolean;
}

/** The changes of partitions that one decision makes, gathered. */
export class PartitionChanges {
  readonly records: MetadataRecord[] = [];
  readonly #view: ControllerView;
  readonly #isAlive: Liveness;
  readonly #tracksEligibleLeaders: boolean;
  readonly #rules = new Map<string, TopicRules>();

  /** Brokers that are neither fenced nor about to stop may lead, unless `isAlive` says otherwise. */
  constructor(view: ControllerView, isAlive: Liveness = (id) => isActive(view.image.brokers.get(id))) {
    this.#view = view;
    this.#isAlive = isAlive;
    this.#tracksEligibleLeaders = tracksEligibleLeaders(view.image);
  }

  /**
   * Brings a partition to what is wanted and returns the record of it, null when nothing changes. Unless the targets
   * name a kind of election, the topic's configs say whether an unclean one is allowed.
   */
  change(topic: TopicImage, partitionId: number, targets: PartitionTargets): MetadataRecord | null {
    const image = topic.partitions[partitionId];
    if (image === undefined) return null;
    const { brokers } = this.#view.image;
    const { minInSyncReplicas, allowsUncleanElection } = this.#rulesOf(topic.name);
    const record = changePartition(
      {
        topicId: topic.id,
        partitionId,
        image,
        minInSyncReplicas,
        tracksEligibleLeaders: this.#tracksEligibleLeaders,
        isAlive: (id) => {
          const known = image.directories[image.replicas.indexOf(id)] ?? ZERO_UUID;
          const directory = id === targets.directory?.brokerId ? targets.directory.directoryId : known;
          return this.#isAlive(id) && isOnline(this.#view.image, id, directory);
        },
        directoryOf: (id) => onlyDirectory(brokers.get(id)),
      },
      { election: allowsUncleanElection ? 'unclean' : 'clean', ...targets },
    );
    if (record !== null) this.records.push(record);
    return record;
  }

  /** Whether the configs of a topic allow to elect whoever is alive, at the price of records. */
  allowsUncleanElection(topic: string): boolean {
    return this.#rulesOf(topic).allowsUncleanElection;
  }

  #rulesOf(topic: string): TopicRules {
    const known = this.#rules.get(topic);
    if (known !== undefined) return known;
    const { image, configs } = this.#view;
    const values = topicConfigValues(dynamicConfigs(image, ConfigResourceType.TOPIC, topic), configs);
    const rules = {
      minInSyncReplicas: values.number('min.insync.replicas'),
      allowsUncleanElection: values.boolean('unclean.leader.election.enable'),
    };
    this.#rules.set(topic, rules);
    return rules;
  }
}

/** A replica whose directory nobody has reported yet is taken to be online. */
function isOnline(image: MetadataImage, brokerId: number, directory: string): boolean {
  if (directory === ZERO_UUID) return true;
  if (directory === LOST_DIRECTORY) return false;
  const online = image.brokers.get(brokerId)?.directories ?? [];
  return online.length === 0 || online.includes(directory);
}
