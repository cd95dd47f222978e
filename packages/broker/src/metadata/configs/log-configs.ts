import type { ConfigDefinition } from './config-definition.ts';
import {
  anyListOrNull,
  atLeast,
  between,
  boolean,
  double,
  int,
  list,
  listOf,
  long,
  nonEmptyList,
  nonEmptyListOrNull,
  oneOf,
  string,
} from './define-config.ts';

/** Segments, retention and where they lie. */
export const logConfigs: readonly ConfigDefinition[] = [
  list('log.dirs', null, {
    rule: nonEmptyListOrNull(),
    effect: 'acts',
    text: 'Directories that hold the partitions, separated by commas; `log.dir` when not given.',
  }),
  list('log.dir', '/tmp/kafka-logs', {
    rule: nonEmptyList(),
    effect: 'acts',
    text: 'Directories that hold the partitions where `log.dirs` is not given.',
  }),
  list('cordoned.log.dirs', '', {
    rule: anyListOrNull(),
    scope: 'per-broker',
    effect: 'fixed',
    text: 'Log directories that get no new partitions.',
  }),
  int('log.segment.bytes', '1073741824', {
    rule: atLeast(1048576),
    scope: 'cluster-wide',
    effect: 'acts',
    text: 'Size at which a segment is closed and a new one begun.',
  }),
  long('log.roll.ms', null, {
    scope: 'cluster-wide',
    effect: 'acts',
    text: 'Age at which a segment is closed even if small; `log.roll.hours` when not given.',
  }),
  int('log.roll.hours', '168', {
    rule: atLeast(1),
    effect: 'acts',
    text: 'The same in hours, where `log.roll.ms` is not given.',
  }),
  long('log.roll.jitter.ms', null, {
    scope: 'cluster-wide',
    effect: 'acts',
    text: 'Most by which the age is shortened at random, so that segments do not all roll together.',
  }),
  int('log.roll.jitter.hours', '0', {
    rule: atLeast(0),
    effect: 'acts',
    text: 'The same in hours, where `log.roll.jitter.ms` is not given.',
  }),
  long('log.retention.ms', null, {
    scope: 'cluster-wide',
    effect: 'acts',
    text: 'How long closed segments are kept; `log.retention.minutes` when not given; -1 keeps them for ever.',
  }),
  int('log.retention.minutes', null, {
    effect: 'acts',
    text: 'The same in minutes, where `log.retention.ms` is not given.',
  }),
  int('log.retention.hours', '168', {
    effect: 'acts',
    text: 'The same in hours, where neither milliseconds nor minutes are given.',
  }),
  long('log.retention.bytes', '-1', {
    scope: 'cluster-wide',
    effect: 'acts',
    text: 'Size a partition may reach before its oldest segments go; -1 sets no limit.',
  }),
  long('log.retention.check.interval.ms', '300000', {
    rule: atLeast(1),
    effect: 'acts',
    text: 'How often partitions are looked at for segments past their retention.',
  }),
  long('log.segment.delete.delay.ms', '60000', {
    rule: atLeast(0),
    scope: 'cluster-wide',
    effect: 'acts',
    text: "How long a deleted segment's files stay on disk.",
  }),
  list('log.cleanup.policy', 'delete', {
    rule: listOf('compact', 'delete'),
    scope: 'cluster-wide',
    effect: 'fixed',
    text: 'What happens to old segments; topics of clients are never compacted yet.',
  }),
  int('log.index.interval.bytes', '4096', {
    rule: atLeast(0),
    scope: 'cluster-wide',
    effect: 'acts',
    text: 'How many bytes of records lie between two entries of the offset index.',
  }),
  int('log.index.size.max.bytes', '10485760', {
    rule: atLeast(4),
    scope: 'cluster-wide',
    effect: 'acts',
    text: 'Size of an index at which its segment is closed.',
  }),
  long('log.flush.interval.messages', '9223372036854775807', {
    rule: atLeast(1),
    scope: 'cluster-wide',
    effect: 'acts',
    text: 'Records after which a partition is forced to disk.',
  }),
  long('log.flush.interval.ms', null, {
    scope: 'cluster-wide',
    effect: 'acts',
    text: 'Time after which a partition is forced to disk; `log.flush.scheduler.interval.ms` when not given.',
  }),
  long('log.flush.scheduler.interval.ms', '9223372036854775807', {
    effect: 'acts',
    text: 'What `log.flush.interval.ms` is where it is not given; each log has its own timer.',
  }),
  int('log.flush.offset.checkpoint.interval.ms', '60000', {
    rule: atLeast(0),
    effect: 'acts',
    text: 'How often the points up to which logs are on disk are written down.',
  }),
  int('log.flush.start.offset.checkpoint.interval.ms', '60000', {
    rule: atLeast(0),
    effect: 'acts',
    text: "How often the logs' first offsets are written down.",
  }),
  boolean('odradek.flush.before.ack', 'false', {
    effect: 'acts',
    text: 'A record counts as written only when it has reached the disk itself.',
  }),
  long('log.initial.task.delay.ms', '30000', {
    rule: atLeast(0),
    isInternal: true,
    effect: 'acts',
    text: 'How long after the start retention and flushing begin.',
  }),
  string('log.message.timestamp.type', 'CreateTime', {
    rule: oneOf('CreateTime', 'LogAppendTime'),
    scope: 'cluster-wide',
    effect: 'acts',
    text: "Whose clock stamps records: the producer's or the broker's.",
  }),
  long('log.message.timestamp.before.max.ms', '9223372036854775807', {
    rule: atLeast(0),
    scope: 'cluster-wide',
    effect: 'acts',
    text: "How far in the past a record's timestamp may lie.",
  }),
  long('log.message.timestamp.after.max.ms', '3600000', {
    rule: atLeast(0),
    scope: 'cluster-wide',
    effect: 'acts',
    text: "How far in the future a record's timestamp may lie.",
  }),
  boolean('log.preallocate', 'false', {
    scope: 'cluster-wide',
    effect: 'fixed',
    text: 'Segment files get their full size when they are made.',
  }),
  long('log.dir.failure.timeout.ms', '30000', {
    rule: atLeast(1),
    effect: 'fixed',
    text: 'How long a failed log directory may go unreported before the broker stops.',
  }),
  int('num.recovery.threads.per.data.dir', '2', {
    rule: atLeast(1),
    effect: 'acts',
    text: 'How many logs are read through, or closed, at the same time.',
  }),
  boolean('log.cleaner.enable', 'true', { effect: 'fixed', text: 'Compacted topics are cleaned.' }),
  int('log.cleaner.threads', '1', {
    rule: atLeast(0),
    scope: 'cluster-wide',
    effect: 'fixed',
    text: 'Threads that clean compacted topics.',
  }),
  long('log.cleaner.backoff.ms', '15000', {
    rule: atLeast(0),
    scope: 'cluster-wide',
    effect: 'fixed',
    text: 'How long an idle cleaner sleeps.',
  }),
  long('log.cleaner.dedupe.buffer.size', '134217728', {
    scope: 'cluster-wide',
    effect: 'fixed',
    text: 'Memory in which cleaners remember keys.',
  }),
  long('log.cleaner.delete.retention.ms', '86400000', {
    rule: atLeast(0),
    scope: 'cluster-wide',
    effect: 'fixed',
    text: 'How long the marker of a deleted key stays in a compacted topic.',
  }),
  double('log.cleaner.io.buffer.load.factor', '0.9', {
    scope: 'cluster-wide',
    effect: 'fixed',
    text: "How full the cleaners' memory of keys may get.",
  }),
  int('log.cleaner.io.buffer.size', '524288', {
    rule: atLeast(0),
    scope: 'cluster-wide',
    effect: 'fixed',
    text: "Memory for the cleaners' reads and writes.",
  }),
  double('log.cleaner.io.max.bytes.per.second', '1.7976931348623157E308', {
    scope: 'cluster-wide',
    effect: 'fixed',
    text: 'Most bytes a second that cleaners read and write.',
  }),
  long('log.cleaner.max.compaction.lag.ms', '9223372036854775807', {
    rule: atLeast(1),
    scope: 'cluster-wide',
    effect: 'fixed',
    text: 'Age at which a record of a compacted topic must have been cleaned.',
  }),
  double('log.cleaner.min.cleanable.ratio', '0.5', {
    rule: between(0, 1),
    scope: 'cluster-wide',
    effect: 'fixed',
    text: 'Share of uncleaned bytes at which a compacted topic is cleaned.',
  }),
  long('log.cleaner.min.compaction.lag.ms', '0', {
    rule: atLeast(0),
    scope: 'cluster-wide',
    effect: 'fixed',
    text: 'Age below which a record of a compacted topic is left alone.',
  }),
  long('log.local.retention.bytes', '-2', {
    rule: atLeast(-2),
    scope: 'cluster-wide',
    effect: 'refused',
    text: 'Size kept on local disk of a topic in remote storage.',
  }),
  long('log.local.retention.ms', '-2', {
    rule: atLeast(-2),
    scope: 'cluster-wide',
    effect: 'refused',
    text: 'Time kept on local disk of a topic in remote storage.',
  }),
  int('producer.id.expiration.ms', '86400000', {
    rule: atLeast(1),
    effect: 'acts',
    text: 'How long a partition remembers a producer that writes no more.',
  }),
  int('producer.id.expiration.check.interval.ms', '600000', {
    rule: atLeast(1),
    isInternal: true,
    effect: 'acts',
    text: 'How often partitions are looked at for forgotten producers.',
  }),
];
