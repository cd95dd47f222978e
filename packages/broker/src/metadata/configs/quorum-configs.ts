import type { ConfigDefinition } from './config-definition.ts';
import { atLeast, boolean, int, list, long, string } from './define-config.ts';

/** The metadata log and the nodes that vote on it. */
export const quorumConfigs: readonly ConfigDefinition[] = [
  list('controller.quorum.voters', '', {
    effect: 'acts',
    text: 'The voting nodes for good, each `id@host:port`; with none here or below this node is the only one.',
  }),
  list('odradek.initial.controllers', '', {
    effect: 'acts',
    text: 'The voters a new cluster begins with, each `id@host:port:directoryId`, as `kafka-storage format` takes them. A new metadata directory of a node in the list gets that id.',
  }),
  list('controller.quorum.bootstrap.servers', '', {
    effect: 'acts',
    text: 'Controllers to ask for the quorum, each `host:port`, while no voters are known.',
  }),
  int('controller.quorum.append.linger.ms', '25', {
    rule: atLeast(0),
    effect: 'fixed',
    text: 'How long metadata records wait for company; Odradek writes them at the next turn of its loop.',
  }),
  boolean('controller.quorum.auto.join.enable', 'false', {
    effect: 'fixed',
    text: 'A new controller joins the voters by itself.',
  }),
  int('controller.quorum.election.backoff.max.ms', '1000', {
    rule: atLeast(0),
    effect: 'acts',
    text: 'Longest pause between two attempts to win an election.',
  }),
  int('controller.quorum.election.timeout.ms', '1000', {
    rule: atLeast(0),
    effect: 'acts',
    text: 'How long a candidate waits for votes.',
  }),
  int('controller.quorum.fetch.max.bytes', '1048576', {
    rule: atLeast(1),
    effect: 'fixed',
    text: 'Bytes of the metadata log in one answer to a follower.',
  }),
  int('controller.quorum.fetch.snapshot.max.bytes', '1048576', {
    rule: atLeast(1),
    effect: 'fixed',
    text: 'Bytes of a metadata snapshot in one answer.',
  }),
  int('controller.quorum.fetch.timeout.ms', '2000', {
    rule: atLeast(0),
    effect: 'acts',
    text: 'Silence after which a voter starts an election.',
  }),
  int('controller.quorum.request.timeout.ms', '2000', {
    rule: atLeast(0),
    effect: 'acts',
    text: 'How long a voter waits for an answer.',
  }),
  int('controller.quorum.retry.backoff.ms', '20', {
    rule: atLeast(0),
    effect: 'acts',
    text: 'Pause before a voter repeats a request.',
  }),
  int('broker.heartbeat.interval.ms', '2000', {
    effect: 'acts',
    text: 'How often a broker reports to the controller.',
  }),
  int('broker.session.timeout.ms', '9000', {
    effect: 'acts',
    text: 'Silence after which the controller fences a broker; half of it where the connection of its heartbeats was closed.',
  }),
  int('initial.broker.registration.timeout.ms', '60000', {
    effect: 'acts',
    text: 'How long a starting broker tries to register.',
  }),
  string('metadata.log.dir', null, {
    effect: 'acts',
    text: 'Directory of the metadata log; the first log directory when not given.',
  }),
  long('metadata.log.max.record.bytes.between.snapshots', '20971520', {
    rule: atLeast(1),
    effect: 'acts',
    text: 'Bytes of metadata records after which a snapshot is written.',
  }),
  long('metadata.log.max.snapshot.interval.ms', '3600000', {
    rule: atLeast(0),
    effect: 'acts',
    text: 'Time after which a snapshot is written of metadata that has changed; 0: time alone is no reason.',
  }),
  int('metadata.log.segment.bytes', '1073741824', {
    rule: atLeast(8388608),
    effect: 'acts',
    text: 'Size at which a segment of the metadata log is closed.',
  }),
  long('metadata.log.segment.ms', '604800000', {
    effect: 'acts',
    text: 'Age at which a segment of the metadata log is closed.',
  }),
  int('metadata.max.idle.interval.ms', '500', {
    rule: atLeast(0),
    effect: 'fixed',
    text: 'How often an idle controller writes an empty record.',
  }),
  long('metadata.max.retention.bytes', '104857600', {
    effect: 'acts',
    text: 'Size of the metadata log with its snapshots above which old parts go once a later snapshot holds them.',
  }),
  long('metadata.max.retention.ms', '604800000', {
    effect: 'acts',
    text: 'Age of a snapshot above which it goes, with the log up to the next one.',
  }),
  long('controller.performance.always.log.threshold.ms', '2000', {
    rule: atLeast(0),
    isInternal: true,
    effect: 'fixed',
    text: 'Controller events slower than this are logged.',
  }),
  long('controller.performance.sample.period.ms', '60000', {
    rule: atLeast(100),
    isInternal: true,
    effect: 'fixed',
    text: "How often the controller's slowest event is logged.",
  }),
  long('server.max.startup.time.ms', '9223372036854775807', {
    rule: atLeast(0),
    isInternal: true,
    effect: 'fixed',
    text: 'How long a start may take.',
  }),
  long('internal.metadata.delete.delay.millis', '60000', {
    isInternal: true,
    effect: 'fixed',
    text: 'How long deleted segments of the metadata log stay on disk.',
  }),
  int('internal.metadata.log.segment.bytes', null, {
    isInternal: true,
    effect: 'fixed',
    text: "Size of metadata segments in Kafka's own tests.",
  }),
  int('internal.metadata.max.batch.size.in.bytes', '8388608', {
    isInternal: true,
    effect: 'fixed',
    text: 'Largest batch of metadata records.',
  }),
];
