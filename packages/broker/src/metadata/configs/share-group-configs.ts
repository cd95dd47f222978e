import type { ConfigDefinition } from './config-definition.ts';
import { atLeast, between, int, list, nonEmptyList, short, string } from './define-config.ts';

/** Share groups and their coordinator. */
export const shareGroupConfigs: readonly ConfigDefinition[] = [
  int('share.coordinator.state.topic.num.partitions', '50', {
    rule: atLeast(1),
    effect: 'acts',
    text: 'Partitions of `__share_group_state` when it is created; not to be changed later.',
  }),
  short('share.coordinator.state.topic.replication.factor', '3', {
    rule: atLeast(1),
    effect: 'acts',
    text: 'Replicas of `__share_group_state` when it is created.',
  }),
  short('share.coordinator.state.topic.min.isr', '2', {
    rule: atLeast(1),
    effect: 'acts',
    text: 'In-sync replicas `__share_group_state` needs, set when it is created.',
  }),
  int('share.coordinator.state.topic.segment.bytes', '104857600', {
    rule: atLeast(1),
    effect: 'acts',
    text: 'Segment size of `__share_group_state` when it is created.',
  }),
  int('share.coordinator.state.topic.compression.codec', '0', {
    effect: 'refused',
    text: 'Code of the compression of `__share_group_state`; 0 is none.',
  }),
  int('share.coordinator.state.topic.prune.interval.ms', '300000', {
    rule: atLeast(1),
    isInternal: true,
    effect: 'refused',
    text: 'How often state no longer needed is deleted.',
  }),
  int('share.coordinator.append.linger.ms', '-1', {
    rule: atLeast(-1),
    effect: 'refused',
    text: 'How long the share coordinator gathers records before it writes; -1 adapts.',
  }),
  int('share.coordinator.cached.buffer.max.bytes', '1048588', {
    rule: atLeast(524288),
    scope: 'cluster-wide',
    effect: 'refused',
    text: 'Largest write buffer the share coordinator keeps for reuse.',
  }),
  int('share.coordinator.cold.partition.snapshot.interval.ms', '300000', {
    rule: atLeast(1),
    isInternal: true,
    effect: 'refused',
    text: 'How often quiet share partitions get a snapshot.',
  }),
  int('share.coordinator.load.buffer.size', '5242880', {
    rule: atLeast(1),
    effect: 'refused',
    text: 'Bytes read at a time when the share coordinator loads its partition.',
  }),
  int('share.coordinator.snapshot.update.records.per.snapshot', '500', {
    rule: between(0, 500),
    effect: 'refused',
    text: "Updates after which a share partition's state is written as a snapshot.",
  }),
  int('share.coordinator.threads', '1', {
    rule: atLeast(1),
    effect: 'refused',
    text: 'Threads that run the share coordinator.',
  }),
  int('share.coordinator.write.timeout.ms', '5000', {
    rule: atLeast(1),
    effect: 'refused',
    text: 'How long a write of the share coordinator may take.',
  }),
  int('group.share.assignment.interval.ms', '1000', {
    rule: atLeast(0),
    scope: 'cluster-wide',
    effect: 'refused',
    text: 'Shortest time between two assignments of a share group.',
  }),
  list('group.share.assignors', 'simple', {
    rule: nonEmptyList(),
    effect: 'refused',
    text: 'Assignors on offer to share groups.',
  }),
  int('group.share.delivery.count.limit', '5', {
    rule: between(2, 10),
    effect: 'refused',
    text: 'How often a record is delivered before it is given up.',
  }),
  int('group.share.heartbeat.interval.ms', '5000', {
    rule: atLeast(1),
    effect: 'refused',
    text: 'Heartbeat interval told to members of share groups.',
  }),
  int('group.share.initialize.retry.interval.ms', '30000', {
    rule: atLeast(1),
    isInternal: true,
    effect: 'refused',
    text: "Pause before a share partition's start is tried again.",
  }),
  int('group.share.max.assignment.interval.ms', '15000', {
    rule: atLeast(0),
    effect: 'refused',
    text: 'Highest assignment interval a share group may set.',
  }),
  int('group.share.max.delivery.count.limit', '10', {
    rule: between(5, 25),
    effect: 'refused',
    text: 'Highest delivery limit a share group may set.',
  }),
  int('group.share.max.heartbeat.interval.ms', '15000', {
    rule: atLeast(1),
    effect: 'refused',
    text: 'Highest heartbeat interval a share group may set.',
  }),
  int('group.share.max.partition.max.record.locks', '4000', {
    rule: between(2000, 10000),
    effect: 'refused',
    text: 'Highest limit of locked records a share group may set.',
  }),
  int('group.share.max.record.lock.duration.ms', '60000', {
    rule: between(30000, 3600000),
    effect: 'refused',
    text: 'Longest lock a share group may set.',
  }),
  int('group.share.max.session.timeout.ms', '60000', {
    rule: atLeast(1),
    effect: 'refused',
    text: 'Highest session timeout a share group may set.',
  }),
  int('group.share.max.share.sessions', '2000', {
    rule: atLeast(1),
    effect: 'refused',
    text: 'How many share sessions a broker remembers.',
  }),
  int('group.share.max.size', '200', {
    rule: between(1, 1000),
    effect: 'refused',
    text: 'Most members of one share group.',
  }),
  int('group.share.min.assignment.interval.ms', '0', {
    rule: atLeast(0),
    effect: 'refused',
    text: 'Lowest assignment interval a share group may set.',
  }),
  int('group.share.min.delivery.count.limit', '2', {
    rule: between(2, 5),
    effect: 'refused',
    text: 'Lowest delivery limit a share group may set.',
  }),
  int('group.share.min.heartbeat.interval.ms', '5000', {
    rule: atLeast(1),
    effect: 'refused',
    text: 'Lowest heartbeat interval a share group may set.',
  }),
  int('group.share.min.partition.max.record.locks', '100', {
    rule: between(100, 2000),
    effect: 'refused',
    text: 'Lowest limit of locked records a share group may set.',
  }),
  int('group.share.min.record.lock.duration.ms', '15000', {
    rule: between(1000, 30000),
    effect: 'refused',
    text: 'Shortest lock a share group may set.',
  }),
  int('group.share.min.session.timeout.ms', '45000', {
    rule: atLeast(1),
    effect: 'refused',
    text: 'Lowest session timeout a share group may set.',
  }),
  int('group.share.partition.max.record.locks', '2000', {
    rule: between(100, 10000),
    effect: 'refused',
    text: 'Most records of one share partition that are out with consumers.',
  }),
  string(
    'group.share.persister.class.name',
    'org.apache.kafka.server.share.persister.DefaultStatePersister',
    { isInternal: true, effect: 'refused', text: "The Java class that keeps share groups' state." },
  ),
  int('group.share.record.lock.duration.ms', '30000', {
    rule: between(1000, 3600000),
    effect: 'refused',
    text: "How long a record is a consumer's own before it is given to another.",
  }),
  int('group.share.session.timeout.ms', '45000', {
    rule: atLeast(1),
    effect: 'refused',
    text: 'Session timeout of members of share groups.',
  }),
];
