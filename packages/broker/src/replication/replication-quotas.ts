import { ConfigResourceType } from '../metadata/config-resource.ts';
import type { ConfigValues } from '../metadata/configs/config-values.ts';
import { type MetadataDelta, topicsWithChangedConfigs } from '../metadata/metadata-delta.ts';
import { dynamicConfigs, type MetadataImage } from '../metadata/metadata-image.ts';
import type { MetadataSubscriber } from '../metadata/metadata-publisher.ts';
import { ReplicationQuota, type ThrottledPartitions } from '../quotas/replication-quota.ts';
import type { Clock } from '../runtime/clock.ts';

export interface ReplicationQuotasOptions {
  readonly nodeId: number;
  readonly clock: Clock;
  /** The effective configs of this broker. */
  readonly configsOf: (image: MetadataImage) => ConfigValues;
  /** As the broker starts. */
  readonly configs: ConfigValues;
}

const NONE: ThrottledPartitions = new Set();

/** What replication of this broker may take of network and disks, as the configs say at run time. */
export class ReplicationQuotas implements MetadataSubscriber {
  /** Of what leaders here send to throttled followers. */
  readonly leader: ReplicationQuota;
  /** Of what throttled followers here read. */
  readonly follower: ReplicationQuota;
  /** Of what replicas take that move to another log directory: all of them. */
  readonly moves: ReplicationQuota;
  readonly #options: ReplicationQuotasOptions;

  constructor(options: ReplicationQuotasOptions) {
    const { clock, configs } = options;
    this.#options = options;
    const windows = {
      count: configs.number('replication.quota.window.num'),
      lengthMs: configs.number('replication.quota.window.size.seconds') * 1000,
    };
    this.leader = new ReplicationQuota(clock, windows);
    this.follower = new ReplicationQuota(clock, windows);
    this.moves = new ReplicationQuota(clock, {
      count: configs.number('alter.log.dirs.replication.quota.window.num'),
      lengthMs: configs.number('alter.log.dirs.replication.quota.window.size.seconds') * 1000,
    });
    this.#limit(configs);
  }

  onMetadata(delta: MetadataDelta, image: MetadataImage): void {
    for (const { name } of delta.deletedTopics.values()) {
      this.leader.throttle(name, NONE);
      this.follower.throttle(name, NONE);
    }
    if (delta.changedConfigs.size === 0) return;
    this.#limit(this.#options.configsOf(image));
    for (const topic of topicsWithChangedConfigs(delta)) {
      const configs = dynamicConfigs(image, ConfigResourceType.TOPIC, topic);
      this.leader.throttle(topic, this.#throttled(configs.get('leader.replication.throttled.replicas')));
      this.follower.throttle(topic, this.#throttled(configs.get('follower.replication.throttled.replicas')));
    }
  }

  #limit(configs: ConfigValues): void {
    this.leader.limit(configs.number('leader.replication.throttled.rate'));
    this.follower.limit(configs.number('follower.replication.throttled.rate'));
    this.moves.limit(configs.number('replica.alter.log.dirs.io.max.bytes.per.second'));
  }

  /** Of `partition:broker` pairs those of this broker. */
  #throttled(text: string | undefined): ThrottledPartitions {
    const entries = (text ?? '').split(',').map((entry) => entry.trim());
    if (entries.includes('*')) return 'all';
    const pairs = entries.filter((entry) => entry !== '').map((entry) => entry.split(':').map(Number));
    return new Set(
      pairs.flatMap(([partition = -1, broker]) => (broker === this.#options.nodeId ? [partition] : [])),
    );
  }
}
