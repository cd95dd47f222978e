import { LOCAL_TIMING } from '@odradek/broker/cluster';

export type Settings = Readonly<Record<string, string>>;

/** The time-outs of a run, in milliseconds. */
export interface Timing {
  readonly sessionTimeoutMs: number;
  readonly settings: Settings;
}

/** What the local cluster gives its brokers (ADR 18). */
export const LOCAL_CLUSTER_TIMING: Timing = timing(LOCAL_TIMING);

/** Apache Kafka's own defaults. */
export const KAFKA_DEFAULT_TIMING: Timing = timing({
  'broker.session.timeout.ms': '9000',
  'broker.heartbeat.interval.ms': '2000',
  'controller.quorum.fetch.timeout.ms': '2000',
  'controller.quorum.election.timeout.ms': '1000',
  'controller.quorum.election.backoff.max.ms': '1000',
  'controller.quorum.request.timeout.ms': '2000',
});

function timing(settings: Settings): Timing {
  return { sessionTimeoutMs: Number(settings['broker.session.timeout.ms']), settings };
}

/** What every chaos cluster runs with besides. */
export const CHAOS_SETTINGS: Settings = {
  'default.replication.factor': '3',
  'min.insync.replicas': '2',
  'offsets.topic.replication.factor': '3',
  'offsets.topic.num.partitions': '3',
  'transaction.state.log.replication.factor': '3',
  'transaction.state.log.min.isr': '2',
  'group.initial.rebalance.delay.ms': '0',
  'auto.create.topics.enable': 'false',
  // A follower that is cut off from its leader alone leaves the in-sync replicas while somebody looks.
  'replica.lag.time.max.ms': '3000',
  'replica.fetch.wait.max.ms': '200',
  'replica.socket.timeout.ms': '2000',
  // Segments roll, as they would in days.
  'log.segment.bytes': '1048576',
};
