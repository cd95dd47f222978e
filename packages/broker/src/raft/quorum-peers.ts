import type { RaftRequest, RaftResponse } from './raft-messages.ts';
import type { VoterEndpoint } from './voter-set.ts';

/** The port to the other nodes of the quorum. */
export interface QuorumPeers {
  /** Null where no answer came, or none that fits. Never rejects. */
  ask(
    to: { readonly id: number; readonly endpoints: readonly VoterEndpoint[] },
    request: RaftRequest,
  ): Promise<RaftResponse | null>;
  close(): void;
}
