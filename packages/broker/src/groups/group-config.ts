/** The broker configs by which groups behave, as plain values; each is named after its config. */
export interface GroupConfig {
  /** `group.min.session.timeout.ms` */
  readonly minSessionTimeoutMs: number;
  /** `group.max.session.timeout.ms` */
  readonly maxSessionTimeoutMs: number;
  /** `group.initial.rebalance.delay.ms` */
  readonly initialRebalanceDelayMs: number;
  /** `group.max.size` */
  readonly maxSize: number;
  /** `offset.metadata.max.bytes` */
  readonly offsetMetadataMaxBytes: number;
  /** `offsets.retention.minutes`, in ms */
  readonly offsetsRetentionMs: number;
  /** `offsets.retention.check.interval.ms` */
  readonly offsetsRetentionCheckIntervalMs: number;
  readonly consumer: ConsumerConfig;
}

/** Whether groups may change their protocol, and in which direction. */
export type MigrationPolicy = 'disabled' | 'downgrade' | 'upgrade' | 'bidirectional';

/** The same for groups of the consumer protocol. */
export interface ConsumerConfig {
  /** `group.consumer.max.size` */
  readonly maxSize: number;
  /** `group.consumer.assignors`, the first being the default */
  readonly assignors: readonly string[];
  /** `group.consumer.migration.policy` */
  readonly migrationPolicy: MigrationPolicy;
  /** `group.consumer.regex.refresh.interval.ms` */
  readonly regexRefreshIntervalMs: number;
  /** `odradek.group.consumer.reconciling.heartbeat.interval.ms` */
  readonly reconcilingHeartbeatIntervalMs: number;
  /** As the group's own configs have it, or the broker's. */
  readonly ofGroup: (groupId: string) => ConsumerGroupConfig;
}

export interface ConsumerGroupConfig {
  /** `consumer.session.timeout.ms` */
  readonly sessionTimeoutMs: number;
  /** `consumer.heartbeat.interval.ms` */
  readonly heartbeatIntervalMs: number;
  /** `consumer.assignment.interval.ms` */
  readonly assignmentIntervalMs: number;
}
