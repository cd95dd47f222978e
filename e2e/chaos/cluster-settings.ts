export type Settings = Readonly<Record<string, string>>;

/** The time-outs of a run, in milliseconds. */
export interface Timing {
  readonly sessionTimeoutMs: number;
  readonly settings: Settings;
}

/** What the local cluster gives its brokers (ADR 18). */
export const LOCAL_CLUSTER_TIMING: Timing = timing({
  sessionTimeoutMs: 1_200,
  heartbeatMs: 250,
  fetchTimeoutMs: 500,
  electionTimeoutMs: 300,
  backoffMaxMs: 200,
  requestTimeoutMs: 1_000,
});

/** Apache Kafka's own defaults. */
export const KAFKA_DEFAULT_TIMING: Timing = timing({
  sessionTimeoutMs: 9_000,
  heartbeatMs: 2_000,
  fetchTimeoutMs: 2_000,
  electionTimeoutMs: 1_000,
  backoffMaxMs: 1_000,
  requestTimeoutMs: 2_000,
});

function timing(given: {
  readonly sessionTimeoutMs: number;
  readonly heartbeatMs: number;
  readonly fetchTimeoutMs: number;
  readonly electionTimeoutMs: number;
  readonly backoffMaxMs: number;
  readonly requestTimeoutMs: number;
}): Timing {
  return {
    sessionTimeoutMs: given.sessionTimeoutMs,
    settings: {
      'broker.session.timeout.ms': String(given.sessionTimeoutMs),
      'broker.heartbeat.interval.ms': String(given.heartbeatMs),
      'controller.quorum.fetch.timeout.ms': String(given.fetchTimeoutMs),
      'controller.quorum.election.timeout.ms': String(given.electionTimeoutMs),
      'controller.quorum.election.backoff.max.ms': String(given.backoffMaxMs),
      'controller.quorum.request.timeout.ms': String(given.requestTimeoutMs),
    },
  };
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
