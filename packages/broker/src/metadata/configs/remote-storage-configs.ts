import type { ConfigDefinition } from './config-definition.ts';
import { atLeast, between, boolean, double, int, long, nonEmpty, string } from './define-config.ts';

/** Tiered storage. */
export const remoteStorageConfigs: readonly ConfigDefinition[] = [
  boolean('remote.log.storage.system.enable', 'false', {
    effect: 'refused',
    text: 'Closed segments are moved to remote storage.',
  }),
  int('remote.fetch.max.wait.ms', '500', {
    rule: atLeast(1),
    scope: 'cluster-wide',
    effect: 'refused',
    text: 'How long a fetch waits for remote storage.',
  }),
  long('remote.list.offsets.request.timeout.ms', '30000', {
    rule: atLeast(1),
    scope: 'cluster-wide',
    effect: 'refused',
    text: 'How long a look-up by time waits for remote storage.',
  }),
  long('remote.log.index.file.cache.total.size.bytes', '1073741824', {
    rule: atLeast(1),
    scope: 'cluster-wide',
    effect: 'refused',
    text: 'Disk space for indexes fetched from remote storage.',
  }),
  long('remote.log.index.file.cache.ttl.ms', '900000', {
    rule: atLeast(-1),
    isInternal: true,
    effect: 'refused',
    text: 'How long an unused index fetched from remote storage is kept.',
  }),
  int('remote.log.manager.copier.thread.pool.size', '10', {
    rule: atLeast(1),
    scope: 'cluster-wide',
    effect: 'refused',
    text: 'Threads that copy segments to remote storage.',
  }),
  long('remote.log.manager.copy.max.bytes.per.second', '9223372036854775807', {
    rule: atLeast(1),
    scope: 'cluster-wide',
    effect: 'refused',
    text: 'Bytes a second copied to remote storage.',
  }),
  int('remote.log.manager.copy.quota.window.num', '11', {
    rule: atLeast(1),
    effect: 'refused',
    text: 'Windows kept to measure copying to remote storage.',
  }),
  int('remote.log.manager.copy.quota.window.size.seconds', '1', {
    rule: atLeast(1),
    effect: 'refused',
    text: 'Length of one window for copying to remote storage.',
  }),
  int('remote.log.manager.expiration.thread.pool.size', '10', {
    rule: atLeast(1),
    scope: 'cluster-wide',
    effect: 'refused',
    text: 'Threads that delete expired segments in remote storage.',
  }),
  long('remote.log.manager.fetch.max.bytes.per.second', '9223372036854775807', {
    rule: atLeast(1),
    scope: 'cluster-wide',
    effect: 'refused',
    text: 'Bytes a second read from remote storage.',
  }),
  int('remote.log.manager.fetch.quota.window.num', '11', {
    rule: atLeast(1),
    effect: 'refused',
    text: 'Windows kept to measure reading from remote storage.',
  }),
  int('remote.log.manager.fetch.quota.window.size.seconds', '1', {
    rule: atLeast(1),
    effect: 'refused',
    text: 'Length of one window for reading from remote storage.',
  }),
  int('remote.log.manager.follower.thread.pool.size', '2', {
    rule: atLeast(1),
    scope: 'cluster-wide',
    effect: 'refused',
    text: 'Threads that follow remote storage for follower replicas.',
  }),
  long('remote.log.manager.task.interval.ms', '30000', {
    rule: atLeast(1),
    effect: 'refused',
    text: 'How often work for remote storage is looked for.',
  }),
  long('remote.log.manager.task.retry.backoff.max.ms', '30000', {
    rule: atLeast(1),
    isInternal: true,
    effect: 'refused',
    text: 'Longest pause between attempts at remote storage.',
  }),
  long('remote.log.manager.task.retry.backoff.ms', '500', {
    rule: atLeast(1),
    isInternal: true,
    effect: 'refused',
    text: 'First pause between attempts at remote storage.',
  }),
  double('remote.log.manager.task.retry.jitter', '0.2', {
    rule: between(0, 0.5),
    isInternal: true,
    effect: 'refused',
    text: 'How much chance is mixed into those pauses.',
  }),
  int('remote.log.manager.thread.pool.size', '2', {
    rule: atLeast(1),
    effect: 'refused',
    text: 'Threads that schedule work for remote storage.',
  }),
  int('remote.log.metadata.custom.metadata.max.bytes', '128', {
    rule: atLeast(0),
    effect: 'refused',
    text: 'Largest note a storage plug-in may attach to a segment.',
  }),
  string(
    'remote.log.metadata.manager.class.name',
    'org.apache.kafka.server.log.remote.metadata.storage.TopicBasedRemoteLogMetadataManager',
    {
      rule: nonEmpty(),
      effect: 'refused',
      text: 'The Java class that remembers what lies in remote storage.',
    },
  ),
  string('remote.log.metadata.manager.class.path', null, {
    effect: 'refused',
    text: 'Where that class is loaded from.',
  }),
  string('remote.log.metadata.manager.impl.prefix', 'rlmm.config.', {
    rule: nonEmpty(),
    effect: 'refused',
    text: "Prefix of that class's own configs.",
  }),
  string('remote.log.metadata.manager.listener.name', null, {
    rule: nonEmpty(),
    effect: 'refused',
    text: 'The listener that class connects to.',
  }),
  int('remote.log.reader.max.pending.tasks', '100', {
    rule: atLeast(1),
    effect: 'refused',
    text: 'Reads from remote storage that may wait.',
  }),
  int('remote.log.reader.threads', '10', {
    rule: atLeast(1),
    scope: 'cluster-wide',
    effect: 'refused',
    text: 'Threads that read from remote storage.',
  }),
  string('remote.log.storage.manager.class.name', null, {
    rule: nonEmpty(),
    effect: 'refused',
    text: 'The Java class that talks to remote storage.',
  }),
  string('remote.log.storage.manager.class.path', null, {
    effect: 'refused',
    text: 'Where that class is loaded from.',
  }),
  string('remote.log.storage.manager.impl.prefix', 'rsm.config.', {
    rule: nonEmpty(),
    effect: 'refused',
    text: "Prefix of that class's own configs.",
  }),
];
