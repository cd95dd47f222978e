import type { OffsetAndEpoch } from './epoch-log.ts';
import type { ReplicaKey } from './replica-key.ts';
import type { VoterEndpoint, VoterNode } from './voter-set.ts';

/** Asks for a vote; a pre-vote (KIP-996) only asks what the answer would be. */
export interface VoteRequest {
  readonly api: 'vote';
  readonly clusterId: string | null;
  /** Whom the sender believes to ask; null before version 1. */
  readonly voter: ReplicaKey | null;
  /** The one to be elected in; for a pre-vote the one the sender is in. */
  readonly epoch: number;
  readonly candidate: ReplicaKey;
  /** End of the candidate's log. */
  readonly last: OffsetAndEpoch;
  readonly preVote: boolean;
}

/** A new leader announces itself, because followers have to know whom to fetch from. */
export interface BeginQuorumEpochRequest {
  readonly api: 'beginQuorumEpoch';
  readonly clusterId: string | null;
  readonly voter: ReplicaKey | null;
  readonly epoch: number;
  readonly leaderId: number;
  readonly leaderEndpoints: readonly VoterEndpoint[];
}

/** A leader steps down and says who should come next, the best first. */
export interface EndQuorumEpochRequest {
  readonly api: 'endQuorumEpoch';
  readonly clusterId: string | null;
  readonly epoch: number;
  readonly leaderId: number;
  readonly preferredCandidates: readonly ReplicaKey[];
  readonly leaderEndpoints: readonly VoterEndpoint[];
}

export interface FetchRequest {
  readonly api: 'fetch';
  readonly clusterId: string | null;
  readonly replica: ReplicaKey;
  readonly epoch: number;
  /** A voter's is its flushed end: by asking from there it acknowledges everything below. */
  readonly from: OffsetAndEpoch;
  /** The follower's own; null before version 18. */
  readonly highWatermark: number | null;
  readonly maxWaitMs: number;
  readonly maxBytes: number;
}

export interface FetchSnapshotRequest {
  readonly api: 'fetchSnapshot';
  readonly clusterId: string | null;
  readonly replica: ReplicaKey;
  readonly epoch: number;
  readonly snapshotId: OffsetAndEpoch;
  readonly position: number;
  readonly maxBytes: number;
}

export type RaftRequest =
  | VoteRequest
  | BeginQuorumEpochRequest
  | EndQuorumEpochRequest
  | FetchRequest
  | FetchSnapshotRequest;

/** The request as a whole was refused. */
export interface RefusedRequest {
  readonly api: 'refused';
  readonly errorCode: number;
}

/** What every answer tells of the one who gives it. */
interface LeaderKnown {
  readonly errorCode: number;
  readonly epoch: number;
  readonly leaderId: number | null;
  readonly leaderEndpoints: readonly VoterEndpoint[];
}

export interface VoteResponse extends LeaderKnown {
  readonly api: 'vote';
  readonly voteGranted: boolean;
}

export interface BeginQuorumEpochResponse extends LeaderKnown {
  readonly api: 'beginQuorumEpoch';
}

export interface EndQuorumEpochResponse extends LeaderKnown {
  readonly api: 'endQuorumEpoch';
}

export interface FetchResponse extends LeaderKnown {
  readonly api: 'fetch';
  /** -1 while the leader knows none. */
  readonly highWatermark: number;
  readonly logStartOffset: number;
  readonly diverging: OffsetAndEpoch | null;
  readonly snapshotId: OffsetAndEpoch | null;
  readonly batches: readonly LogBatch[];
}

export interface FetchSnapshotResponse extends LeaderKnown {
  readonly api: 'fetchSnapshot';
  readonly snapshotId: OffsetAndEpoch | null;
  /** Of the whole snapshot. */
  readonly sizeInBytes: number;
  readonly position: number;
  readonly bytes: Uint8Array;
}

export type RaftAnswer =
  | VoteResponse
  | BeginQuorumEpochResponse
  | EndQuorumEpochResponse
  | FetchResponse
  | FetchSnapshotResponse;

/** The answers that an API has. */
export type AnswerTo<Request extends RaftRequest> = Extract<RaftAnswer, { readonly api: Request['api'] }>;

export type RaftResponse = RefusedRequest | RaftAnswer;

/** A batch as it lies in a log, and what it says about the quorum. */
export interface LogBatch {
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly epoch: number;
  readonly bytes: Uint8Array;
  /** The voters by a record in it. */
  readonly voters: readonly VoterNode[] | null;
}
