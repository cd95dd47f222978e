import type {
  ConsumerConfig,
  ConsumerGroupConfig,
  GroupConfig,
  MigrationPolicy,
} from '../../src/groups/group-config.ts';

const GROUP_CONFIG_NAMES: Readonly<Record<string, keyof ConsumerGroupConfig>> = {
  'group.consumer.session.timeout.ms': 'sessionTimeoutMs',
  'group.consumer.heartbeat.interval.ms': 'heartbeatIntervalMs',
  'group.consumer.assignment.interval.ms': 'assignmentIntervalMs',
};

/** The configs with one of the consumer protocol set. */
export function withConsumerConfig(config: GroupConfig, name: string, value: string): GroupConfig {
  return { ...config, consumer: { ...config.consumer, ...consumerConfig(config.consumer, name, value) } };
}

function consumerConfig(config: ConsumerConfig, name: string, value: string): Partial<ConsumerConfig> {
  if (name === 'group.consumer.max.size') return { maxSize: Number(value) };
  if (name === 'group.consumer.migration.policy') return { migrationPolicy: value as MigrationPolicy };
  if (name === 'group.consumer.assignors') return { assignors: value.split(',') };
  const key = GROUP_CONFIG_NAMES[name];
  if (key === undefined) throw new Error(`no config ${name}`);
  return { ofGroup: (groupId) => ({ ...config.ofGroup(groupId), [key]: Number(value) }) };
}
