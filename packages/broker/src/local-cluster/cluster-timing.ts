/**
 * The waits of a cluster on one machine, whose nodes are a few microseconds apart. A client is to find a new leader
 * within two seconds of a kill, and no broker is to be taken for dead while the machine is busy: ADR 18 has the sum.
 */
export const LOCAL_TIMING: Readonly<Record<string, string>> = {
  'broker.heartbeat.interval.ms': '200',
  'broker.session.timeout.ms': '1200',
  'controller.quorum.fetch.timeout.ms': '500',
  'controller.quorum.election.timeout.ms': '200',
  'controller.quorum.election.backoff.max.ms': '200',
  'controller.quorum.request.timeout.ms': '1000',
};
