import type { ConfigDefinition } from './config-definition.ts';
import { atLeast, boolean, int, long, string } from './define-config.ts';

/** Replicas, leaders and what they promise. */
export const replicationConfigs: readonly ConfigDefinition[] = [
  int('min.insync.replicas', '1', {
    rule: atLeast(1),
    scope: 'cluster-wide',
    effect: 'acts',
    text: 'In-sync replicas without which a partition refuses writes with acks=all.',
  }),
  boolean('unclean.leader.election.enable', 'false', {
    scope: 'cluster-wide',
    effect: 'acts',
    text: 'A replica that was not in sync may become leader, at the price of lost records.',
  }),
  long('unclean.leader.election.interval.ms', '300000', {
    rule: atLeast(1),
    isInternal: true,
    effect: 'acts',
    text: 'How often partitions without a leader are tried for an unclean election.',
  }),
  boolean('auto.leader.rebalance.enable', 'true', {
    effect: 'acts',
    text: 'Leadership goes back to the preferred replica by itself.',
  }),
  long('leader.imbalance.check.interval.seconds', '300', {
    rule: atLeast(1),
    effect: 'acts',
    text: 'How often leadership is looked at for rebalancing.',
  }),
  int('num.replica.fetchers', '1', {
    rule: atLeast(1),
    scope: 'cluster-wide',
    effect: 'fixed',
    text: 'Connections by which a follower reads from one leader.',
  }),
  int('replica.fetch.backoff.ms', '1000', {
    rule: atLeast(0),
    effect: 'acts',
    text: 'How long a follower waits after a failed fetch; for a partition that its leader refused at most: it asks again after 20 ms, then after twice as long each time.',
  }),
  int('replica.fetch.max.bytes', '1048576', {
    rule: atLeast(0),
    effect: 'acts',
    text: 'Bytes a follower asks for per partition.',
  }),
  int('replica.fetch.min.bytes', '1', {
    effect: 'acts',
    text: 'Bytes a leader waits for before it answers a follower.',
  }),
  int('replica.fetch.response.max.bytes', '10485760', {
    rule: atLeast(0),
    effect: 'acts',
    text: 'Bytes one answer to a follower may have.',
  }),
  int('replica.fetch.wait.max.ms', '500', {
    effect: 'acts',
    text: "How long a leader lets a follower's fetch wait.",
  }),
  long('replica.high.watermark.checkpoint.interval.ms', '5000', {
    effect: 'acts',
    text: 'How often high watermarks are written down.',
  }),
  long('replica.lag.time.max.ms', '30000', {
    effect: 'acts',
    text: 'How long a follower may lag before it leaves the in-sync replicas.',
  }),
  string('replica.selector.class', null, {
    effect: 'acts',
    text: "How the replica is picked that a client reads from: Kafka's own classes, by name. With the rack-aware one, clients with `client.rack` read from an in-sync follower in their rack, and a leader tells its followers of a new high watermark at once.",
  }),
  int('replica.socket.receive.buffer.bytes', '65536', {
    effect: 'fixed',
    text: "Receive buffer of a follower's connection.",
  }),
  int('replica.socket.timeout.ms', '30000', {
    effect: 'acts',
    text: 'How long a follower waits for an answer.',
  }),
  int('num.replica.alter.log.dirs.threads', null, {
    effect: 'fixed',
    text: 'Threads that move replicas between log directories.',
  }),
  int('controller.socket.timeout.ms', '30000', {
    effect: 'fixed',
    text: "How long a broker waits for the controller's answer.",
  }),
  long('follower.replication.throttled.rate', '9223372036854775807', {
    isInternal: true,
    rule: atLeast(0),
    scope: 'cluster-wide',
    effect: 'acts',
    text: 'Bytes a second that throttled followers may read.',
  }),
  long('leader.replication.throttled.rate', '9223372036854775807', {
    isInternal: true,
    rule: atLeast(0),
    scope: 'cluster-wide',
    effect: 'acts',
    text: 'Bytes a second that leaders may send to throttled followers.',
  }),
  long('replica.alter.log.dirs.io.max.bytes.per.second', '9223372036854775807', {
    isInternal: true,
    rule: atLeast(0),
    scope: 'cluster-wide',
    effect: 'acts',
    text: 'Bytes a second for moves between log directories.',
  }),
  boolean('follower.fetch.last.tiered.offset.enable', 'false', {
    scope: 'cluster-wide',
    effect: 'refused',
    text: 'A new follower starts where remote storage ends.',
  }),
];
