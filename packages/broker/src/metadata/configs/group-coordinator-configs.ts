import type { ConfigDefinition } from './config-definition.ts';
import {
  atLeast,
  between,
  int,
  list,
  long,
  nonEmptyListOf,
  oneOfIgnoringCase,
  short,
  string,
} from './define-config.ts';

/** Consumer groups and their offsets. */
export const groupCoordinatorConfigs: readonly ConfigDefinition[] = [
  int('group.initial.rebalance.delay.ms', '3000', {
    effect: 'acts',
    text: 'How long an empty classic group waits for more members before its first rebalance.',
  }),
  int('group.min.session.timeout.ms', '6000', {
    effect: 'acts',
    text: 'Shortest session timeout a classic member may ask for.',
  }),
  int('group.max.session.timeout.ms', '1800000', {
    effect: 'acts',
    text: 'Longest session timeout a classic member may ask for.',
  }),
  int('group.max.size', '2147483647', {
    rule: atLeast(1),
    effect: 'acts',
    text: 'Most members of one classic group.',
  }),
  int('offset.metadata.max.bytes', '4096', {
    effect: 'acts',
    text: 'Longest text a client may store with an offset.',
  }),
  int('offsets.commit.timeout.ms', '5000', {
    rule: atLeast(1),
    effect: 'acts',
    text: 'How long a commit waits to be safe before it fails.',
  }),
  int('offsets.load.buffer.size', '5242880', {
    rule: atLeast(1),
    effect: 'fixed',
    text: 'Bytes read at a time when a coordinator loads its partition.',
  }),
  long('offsets.retention.check.interval.ms', '600000', {
    rule: atLeast(1),
    effect: 'acts',
    text: 'How often offsets are looked at for expiry.',
  }),
  int('offsets.retention.minutes', '10080', {
    rule: atLeast(1),
    effect: 'acts',
    text: 'How long the offsets of an empty group are kept.',
  }),
  int('offsets.topic.compression.codec', '0', {
    rule: between(0, 4),
    effect: 'acts',
    text: 'Code of the compression of `__consumer_offsets`; 0 is none.',
  }),
  int('offsets.topic.num.partitions', '50', {
    rule: atLeast(1),
    effect: 'acts',
    text: 'Partitions of `__consumer_offsets` when it is created; not to be changed later.',
  }),
  short('offsets.topic.replication.factor', '3', {
    rule: atLeast(1),
    effect: 'acts',
    text: 'Replicas of `__consumer_offsets` when it is created.',
  }),
  int('offsets.topic.segment.bytes', '104857600', {
    rule: atLeast(1),
    effect: 'acts',
    text: 'Segment size of `__consumer_offsets` when it is created.',
  }),
  int('group.coordinator.append.linger.ms', '-1', {
    rule: atLeast(-1),
    effect: 'acts',
    text: 'How long a coordinator gathers records for one batch; -1: as long as requests wait that came with them.',
  }),
  int('group.coordinator.background.threads', '2', {
    rule: atLeast(1),
    effect: 'fixed',
    text: "Threads for the coordinator's side work.",
  }),
  int('group.coordinator.cached.buffer.max.bytes', '1048588', {
    rule: atLeast(524288),
    scope: 'cluster-wide',
    effect: 'fixed',
    text: 'Largest write buffer a coordinator keeps for reuse.',
  }),
  list('group.coordinator.rebalance.protocols', 'classic,consumer,streams', {
    rule: nonEmptyListOf('consumer', 'classic', 'share', 'streams'),
    effect: 'fixed',
    text: 'Group protocols on offer; all but `classic` wait for their feature level to rise above 0.',
  }),
  int('group.coordinator.threads', '4', {
    rule: atLeast(1),
    effect: 'fixed',
    text: 'Threads that run coordinators; Odradek has one event loop.',
  }),
  int('group.consumer.assignment.interval.ms', '1000', {
    rule: atLeast(0),
    scope: 'cluster-wide',
    effect: 'acts',
    text: 'Shortest time between two assignments of a consumer group.',
  }),
  list('group.consumer.assignors', 'uniform,range', {
    rule: nonEmptyListOf('uniform', 'range'),
    effect: 'acts',
    text: 'Assignors on offer to consumer groups, the first being the default; classes are not taken.',
  }),
  int('group.consumer.heartbeat.interval.ms', '5000', {
    rule: atLeast(1),
    effect: 'acts',
    text: 'Heartbeat interval told to members of consumer groups that wait for nothing.',
  }),
  int('group.consumer.max.assignment.interval.ms', '15000', {
    rule: atLeast(0),
    effect: 'acts',
    text: 'Highest assignment interval a consumer group may set.',
  }),
  int('group.consumer.max.heartbeat.interval.ms', '15000', {
    rule: atLeast(1),
    effect: 'acts',
    text: 'Highest heartbeat interval a consumer group may set.',
  }),
  int('group.consumer.max.session.timeout.ms', '60000', {
    rule: atLeast(1),
    effect: 'acts',
    text: 'Highest session timeout a consumer group may set.',
  }),
  int('group.consumer.max.size', '2147483647', {
    rule: atLeast(1),
    effect: 'acts',
    text: 'Most members of one consumer group.',
  }),
  string('group.consumer.migration.policy', 'bidirectional', {
    rule: oneOfIgnoringCase('DISABLED', 'DOWNGRADE', 'UPGRADE', 'BIDIRECTIONAL'),
    effect: 'acts',
    text: 'Whether groups may change between the classic and the consumer protocol.',
  }),
  int('group.consumer.min.assignment.interval.ms', '0', {
    rule: atLeast(0),
    effect: 'acts',
    text: 'Lowest assignment interval a consumer group may set.',
  }),
  int('group.consumer.min.heartbeat.interval.ms', '5000', {
    rule: atLeast(1),
    effect: 'acts',
    text: 'Lowest heartbeat interval a consumer group may set.',
  }),
  int('group.consumer.min.session.timeout.ms', '45000', {
    rule: atLeast(1),
    effect: 'acts',
    text: 'Lowest session timeout a consumer group may set.',
  }),
  int('group.consumer.regex.refresh.interval.ms', '600000', {
    rule: atLeast(10000),
    isInternal: true,
    effect: 'acts',
    text: 'How often subscriptions by pattern are matched anew.',
  }),
  int('group.consumer.session.timeout.ms', '45000', {
    rule: atLeast(1),
    effect: 'acts',
    text: 'Session timeout of members of consumer groups.',
  }),
  int('odradek.group.consumer.reconciling.heartbeat.interval.ms', '1000', {
    rule: atLeast(1),
    effect: 'acts',
    text: 'Heartbeat interval told to members of consumer groups that wait for partitions of others, or that may have to give some up by the next assignment: 2 ms for each member of the group at least, and never more than other members are told. With a large value all are told the same, as Kafka does.',
  }),
  int('group.streams.assignment.interval.ms', '1000', {
    rule: atLeast(0),
    scope: 'cluster-wide',
    effect: 'refused',
    text: 'Shortest time between two assignments of a streams group.',
  }),
  int('group.streams.heartbeat.interval.ms', '5000', {
    rule: atLeast(1),
    effect: 'refused',
    text: 'Heartbeat interval told to members of streams groups.',
  }),
  int('group.streams.initial.rebalance.delay.ms', '3000', {
    rule: atLeast(0),
    effect: 'refused',
    text: 'How long an empty streams group waits for more members.',
  }),
  int('group.streams.max.assignment.interval.ms', '15000', {
    rule: atLeast(0),
    effect: 'refused',
    text: 'Highest assignment interval a streams group may set.',
  }),
  int('group.streams.max.heartbeat.interval.ms', '15000', {
    rule: atLeast(1),
    effect: 'refused',
    text: 'Highest heartbeat interval a streams group may set.',
  }),
  int('group.streams.max.session.timeout.ms', '60000', {
    rule: atLeast(1),
    effect: 'refused',
    text: 'Highest session timeout a streams group may set.',
  }),
  int('group.streams.max.size', '2147483647', {
    rule: atLeast(1),
    effect: 'refused',
    text: 'Most members of one streams group.',
  }),
  int('group.streams.max.standby.replicas', '2', {
    rule: atLeast(0),
    effect: 'refused',
    text: 'Most standby replicas a streams group may set.',
  }),
  int('group.streams.min.assignment.interval.ms', '0', {
    rule: atLeast(0),
    effect: 'refused',
    text: 'Lowest assignment interval a streams group may set.',
  }),
  int('group.streams.min.heartbeat.interval.ms', '5000', {
    rule: atLeast(1),
    effect: 'refused',
    text: 'Lowest heartbeat interval a streams group may set.',
  }),
  int('group.streams.min.session.timeout.ms', '45000', {
    rule: atLeast(1),
    effect: 'refused',
    text: 'Lowest session timeout a streams group may set.',
  }),
  int('group.streams.num.standby.replicas', '0', {
    rule: atLeast(0),
    effect: 'refused',
    text: 'Standby replicas of each task of a streams group.',
  }),
  int('group.streams.session.timeout.ms', '45000', {
    rule: atLeast(1),
    effect: 'refused',
    text: 'Session timeout of members of streams groups.',
  }),
];
