import type { ConfigDefinition } from './config-definition.ts';
import {
  anyList,
  atLeast,
  between,
  boolean,
  gzipLevel,
  int,
  javaClass,
  list,
  long,
  nonEmptyListOf,
  oneOf,
  string,
} from './define-config.ts';

/** The node itself, its role, its topics' defaults and its metrics. */
export const serverConfigs: readonly ConfigDefinition[] = [
  int('node.id', undefined, {
    rule: atLeast(0),
    effect: 'acts',
    text: "The node's number, unique in the cluster.",
  }),
  int('broker.id', '-1', {
    effect: 'acts',
    text: 'The older name of `node.id`; where both are given they must agree.',
  }),
  list('process.roles', undefined, {
    rule: nonEmptyListOf('broker', 'controller'),
    effect: 'acts',
    text: "What the node is; Odradek's nodes are `broker,controller`.",
  }),
  string('broker.rack', null, {
    effect: 'acts',
    text: 'Where the node stands; shown to clients and used to spread replicas.',
  }),
  string('odradek.cluster.id', null, {
    effect: 'acts',
    text: "The cluster's id for a new log directory; an existing directory must carry the same.",
  }),
  int('odradek.metrics.port', '-1', {
    rule: between(-1, 65535),
    effect: 'acts',
    text: "TCP port on 127.0.0.1 where the broker's numbers are told to Prometheus, at /metrics; 0 takes any free one, -1 none.",
  }),
  boolean('auto.create.topics.enable', 'true', {
    effect: 'acts',
    text: 'A client that asks for a topic that does not exist gets it created.',
  }),
  boolean('delete.topic.enable', 'true', { effect: 'acts', text: 'Topics may be deleted.' }),
  int('default.replication.factor', '1', {
    effect: 'acts',
    text: 'Replicas of a topic that is created without saying how many.',
  }),
  int('num.partitions', '1', {
    rule: atLeast(1),
    effect: 'acts',
    text: 'Partitions of a topic that is created without saying how many.',
  }),
  javaClass('create.topic.policy.class.name', null, {
    effect: 'refused',
    text: 'A Java class that judges new topics.',
  }),
  javaClass('alter.config.policy.class.name', null, {
    effect: 'refused',
    text: 'A Java class that judges config changes.',
  }),
  string('compression.type', 'producer', {
    rule: oneOf('uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer'),
    scope: 'cluster-wide',
    effect: 'acts',
    text: 'What topics are compressed with; `producer` keeps what the producer sent.',
  }),
  int('compression.gzip.level', '-1', {
    rule: gzipLevel(),
    scope: 'cluster-wide',
    effect: 'acts',
    text: 'Effort of gzip where the broker compresses.',
  }),
  int('compression.lz4.level', '9', {
    rule: between(1, 17),
    scope: 'cluster-wide',
    effect: 'fixed',
    text: 'Effort of lz4 where the broker compresses. The codec that Odradek uses knows one only.',
  }),
  int('compression.zstd.level', '3', {
    rule: between(-131072, 22),
    scope: 'cluster-wide',
    effect: 'acts',
    text: 'Effort of zstd where the broker compresses.',
  }),
  int('message.max.bytes', '1048588', {
    rule: atLeast(0),
    scope: 'cluster-wide',
    effect: 'acts',
    text: 'Largest record batch a topic takes unless it has its own limit.',
  }),
  list('config.providers', '', {
    rule: anyList(),
    scope: 'cluster-wide',
    effect: 'refused',
    text: 'Java classes that fetch config values from elsewhere.',
  }),
  int('kafka.metrics.polling.interval.secs', '10', {
    rule: atLeast(1),
    effect: 'fixed',
    text: "How often Kafka's Yammer reporters run.",
  }),
  list('kafka.metrics.reporters', '', {
    rule: anyList(),
    effect: 'refused',
    text: "Java classes that report Kafka's Yammer metrics.",
  }),
  list('metric.reporters', 'org.apache.kafka.common.metrics.JmxReporter', {
    rule: anyList(),
    scope: 'cluster-wide',
    effect: 'fixed',
    text: 'Java classes that report metrics; Odradek answers a Prometheus endpoint.',
  }),
  int('metrics.num.samples', '2', {
    rule: atLeast(1),
    effect: 'fixed',
    text: 'Samples kept to compute a metric.',
  }),
  string('metrics.recording.level', 'INFO', { effect: 'fixed', text: 'How detailed the metrics are.' }),
  long('metrics.sample.window.ms', '30000', {
    rule: atLeast(1),
    effect: 'fixed',
    text: 'How long one sample of a metric covers.',
  }),
  int('telemetry.max.bytes', '1048576', {
    rule: atLeast(1),
    effect: 'refused',
    text: 'Largest metrics report a client may push.',
  }),
  boolean('unstable.api.versions.enable', 'false', {
    isInternal: true,
    effect: 'refused',
    text: 'Offers API versions still in the making.',
  }),
  boolean('unstable.feature.versions.enable', 'false', {
    isInternal: true,
    effect: 'refused',
    text: 'Offers feature levels still in the making.',
  }),
  boolean('controlled.shutdown.enable', 'true', {
    effect: 'fixed',
    text: 'A stopping broker hands its leaderships over first.',
  }),
  javaClass('client.quota.callback.class', null, {
    effect: 'refused',
    text: "A Java class that decides clients' quotas.",
  }),
  int('quota.window.num', '11', {
    rule: atLeast(1),
    effect: 'fixed',
    text: "Windows kept to measure clients' quotas.",
  }),
  int('quota.window.size.seconds', '1', {
    rule: atLeast(1),
    effect: 'fixed',
    text: "Length of one window of clients' quotas.",
  }),
  int('controller.quota.window.num', '11', {
    rule: atLeast(1),
    effect: 'fixed',
    text: 'Windows kept to measure quotas on topic changes.',
  }),
  int('controller.quota.window.size.seconds', '1', {
    rule: atLeast(1),
    effect: 'fixed',
    text: 'Length of one window of quotas on topic changes.',
  }),
  int('replication.quota.window.num', '11', {
    rule: atLeast(1),
    effect: 'acts',
    text: 'Windows kept to measure replication quotas.',
  }),
  int('replication.quota.window.size.seconds', '1', {
    rule: atLeast(1),
    effect: 'acts',
    text: 'Length of one window of replication quotas.',
  }),
  int('alter.log.dirs.replication.quota.window.num', '11', {
    rule: atLeast(1),
    effect: 'acts',
    text: 'Windows kept to measure moves between log directories.',
  }),
  int('alter.log.dirs.replication.quota.window.size.seconds', '1', {
    rule: atLeast(1),
    effect: 'acts',
    text: 'Length of one window for moves between log directories.',
  }),
];
