import type { ConfigDefinition } from './config-definition.ts';
import { atLeast, boolean, int, oneOf, shareOffsetReset, string } from './define-config.ts';

/** What a group may say differently from its broker. */
export const groupConfigs: readonly ConfigDefinition[] = [
  int('consumer.assignment.interval.ms', '1000', {
    rule: atLeast(0),
    synonyms: ['group.consumer.assignment.interval.ms'],
    effect: 'acts',
    text: 'Shortest time between two assignments of the consumer group.',
  }),
  int('consumer.heartbeat.interval.ms', '5000', {
    rule: atLeast(1),
    synonyms: ['group.consumer.heartbeat.interval.ms'],
    effect: 'acts',
    text: 'Heartbeat interval told to members of the consumer group.',
  }),
  int('consumer.session.timeout.ms', '45000', {
    rule: atLeast(1),
    synonyms: ['group.consumer.session.timeout.ms'],
    effect: 'acts',
    text: 'Session timeout of members of the consumer group.',
  }),
  int('share.assignment.interval.ms', '1000', {
    rule: atLeast(0),
    synonyms: ['group.share.assignment.interval.ms'],
    effect: 'refused',
    text: 'Shortest time between two assignments of the share group.',
  }),
  string('share.auto.offset.reset', 'latest', {
    rule: shareOffsetReset(),
    effect: 'refused',
    text: 'Where the share group begins on a partition it has not read.',
  }),
  int('share.delivery.count.limit', '5', {
    rule: atLeast(2),
    synonyms: ['group.share.delivery.count.limit'],
    effect: 'refused',
    text: 'How often a record is delivered before it is given up.',
  }),
  int('share.heartbeat.interval.ms', '5000', {
    rule: atLeast(1),
    synonyms: ['group.share.heartbeat.interval.ms'],
    effect: 'refused',
    text: 'Heartbeat interval told to members of the share group.',
  }),
  string('share.isolation.level', 'read_uncommitted', {
    rule: oneOf('read_committed', 'read_uncommitted'),
    effect: 'refused',
    text: 'Whether the share group sees records of open and aborted transactions.',
  }),
  int('share.partition.max.record.locks', '2000', {
    rule: atLeast(100),
    synonyms: ['group.share.partition.max.record.locks'],
    effect: 'refused',
    text: 'Most records of one share partition that are out with consumers.',
  }),
  int('share.record.lock.duration.ms', '30000', {
    rule: atLeast(1000),
    synonyms: ['group.share.record.lock.duration.ms'],
    effect: 'refused',
    text: "How long a record is a consumer's own before it is given to another.",
  }),
  boolean('share.renew.acknowledge.enable', 'true', {
    effect: 'refused',
    text: 'Consumers may renew the lock of a record.',
  }),
  int('share.session.timeout.ms', '45000', {
    rule: atLeast(1),
    synonyms: ['group.share.session.timeout.ms'],
    effect: 'refused',
    text: 'Session timeout of members of the share group.',
  }),
  int('streams.assignment.interval.ms', '1000', {
    rule: atLeast(0),
    synonyms: ['group.streams.assignment.interval.ms'],
    effect: 'refused',
    text: 'Shortest time between two assignments of the streams group.',
  }),
  int('streams.heartbeat.interval.ms', '5000', {
    rule: atLeast(1),
    synonyms: ['group.streams.heartbeat.interval.ms'],
    effect: 'refused',
    text: 'Heartbeat interval told to members of the streams group.',
  }),
  int('streams.initial.rebalance.delay.ms', '3000', {
    rule: atLeast(0),
    synonyms: ['group.streams.initial.rebalance.delay.ms'],
    effect: 'refused',
    text: 'How long the empty streams group waits for more members.',
  }),
  int('streams.num.standby.replicas', '0', {
    rule: atLeast(0),
    synonyms: ['group.streams.num.standby.replicas'],
    effect: 'refused',
    text: 'Standby replicas of each task of the streams group.',
  }),
  int('streams.session.timeout.ms', '45000', {
    rule: atLeast(1),
    synonyms: ['group.streams.session.timeout.ms'],
    effect: 'refused',
    text: 'Session timeout of members of the streams group.',
  }),
];
