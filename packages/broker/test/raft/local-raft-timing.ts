import { LOCAL_TIMING } from '../../src/local-cluster/cluster-timing.ts';
import type { RaftTiming } from '../../src/raft/raft-state.ts';

/** The waits of a local cluster (ADR 18), as far as they concern its quorum. */
export const LOCAL_RAFT_TIMING: RaftTiming = {
  electionTimeoutMs: Number(LOCAL_TIMING['controller.quorum.election.timeout.ms']),
  electionBackoffMaxMs: Number(LOCAL_TIMING['controller.quorum.election.backoff.max.ms']),
  fetchTimeoutMs: Number(LOCAL_TIMING['controller.quorum.fetch.timeout.ms']),
  requestTimeoutMs: Number(LOCAL_TIMING['controller.quorum.request.timeout.ms']),
  retryBackoffMs: 20,
  firstPatienceMs: 60,
};
