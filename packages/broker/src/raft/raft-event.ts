import type { OffsetAndEpoch, StoredSnapshot } from './epoch-log.ts';
import type { QuorumState } from './quorum-state.ts';
import type {
  FetchResponse,
  FetchSnapshotResponse,
  LogBatch,
  RaftRequest,
  RaftResponse,
} from './raft-messages.ts';
import type { LoadedLog } from './raft-state.ts';
import type { ReplicaKey } from './replica-key.ts';
import type { VoterEndpoint, VoterNode } from './voter-set.ts';

/** What a node learns. Time passes with every event; `time` is for when nothing else happens. */
export type RaftEvent =
  | { readonly kind: 'loaded'; readonly found: LoadedLog }
  | { readonly kind: 'time' }
  /** Another node asks; the id is the one to answer to. */
  | { readonly kind: 'request'; readonly requestId: number; readonly request: RaftRequest }
  | {
      readonly kind: 'response';
      readonly from: number;
      readonly requestId: number;
      readonly response: RaftResponse;
    }
  /** The connection broke, or there was none. */
  | { readonly kind: 'unanswered'; readonly from: number; readonly requestId: number }
  /** Records of the controller, for a leader. */
  | { readonly kind: 'append'; readonly bytes: Uint8Array; readonly count: number }
  /** What lay below the offset when that flush was asked for is on disk. */
  | {
      readonly kind: 'flushed';
      readonly endOffset: number;
      readonly truncations: number;
      /** The sync alone. */
      readonly tookMs: number;
    }
  /** What a `persist` was to keep is on disk. */
  | { readonly kind: 'stored'; readonly tookMs: number }
  | {
      readonly kind: 'snapshotInstalled';
      readonly snapshot: StoredSnapshot;
      readonly voters: readonly VoterNode[] | null;
    }
  /** This node wrote a snapshot of what is committed. */
  | { readonly kind: 'snapshotTaken'; readonly snapshot: StoredSnapshot }
  | { readonly kind: 'logTrimmed'; readonly startOffset: number }
  /** The leader is to give way: its process ends, or an administrator wants it. */
  | { readonly kind: 'resign' }
  | { readonly kind: 'failed'; readonly reason: unknown };

/**
 * What is to be done, in this order. Nothing after a `persist`, `truncate` or `installSnapshot` may begin before it is
 * done and durable: that is what makes a vote or an acknowledgement true.
 */
export type RaftEffect =
  | { readonly kind: 'persist'; readonly state: QuorumState }
  | {
      readonly kind: 'send';
      readonly to: number;
      readonly endpoints: readonly VoterEndpoint[];
      readonly requestId: number;
      readonly request: RaftRequest;
    }
  | { readonly kind: 'reply'; readonly requestId: number; readonly response: RaftResponse }
  /** Answers with the records from the offset on, as far as they are written. */
  | {
      readonly kind: 'replyWithRecords';
      readonly requestId: number;
      readonly response: FetchResponse;
      readonly fromOffset: number;
      readonly maxBytes: number;
    }
  | {
      readonly kind: 'replyWithSnapshot';
      readonly requestId: number;
      readonly response: FetchSnapshotResponse;
      readonly maxBytes: number;
    }
  /** The first batch of a leader: that it leads and, where the log does not say so yet, who votes. */
  | {
      readonly kind: 'appendLeaderChange';
      readonly baseOffset: number;
      readonly epoch: number;
      readonly granting: readonly number[];
      readonly voters: readonly VoterNode[];
      readonly writesVoters: boolean;
    }
  | {
      readonly kind: 'append';
      readonly baseOffset: number;
      readonly epoch: number;
      readonly count: number;
      readonly bytes: Uint8Array;
    }
  | { readonly kind: 'appendAsFollower'; readonly batches: readonly LogBatch[] }
  /** To be answered with `flushed`; any number of them may be answered by the last. */
  | { readonly kind: 'flush'; readonly endOffset: number; readonly truncations: number }
  | { readonly kind: 'truncate'; readonly offset: number }
  | {
      readonly kind: 'storeSnapshotChunk';
      readonly id: OffsetAndEpoch;
      readonly position: number;
      readonly bytes: Uint8Array;
    }
  /** The stored chunks become the start of an empty log; to be answered with `snapshotInstalled`. */
  | { readonly kind: 'installSnapshot'; readonly id: OffsetAndEpoch }
  | { readonly kind: 'committed'; readonly highWatermark: number }
  | {
      readonly kind: 'leaderChanged';
      readonly epoch: number;
      readonly leaderId: number | null;
      readonly isSelf: boolean;
    }
  /** Something that a person should know. */
  | { readonly kind: 'report'; readonly text: string; readonly about: ReportedFacts }
  | { readonly kind: 'stop'; readonly reason: unknown };

export type ReportedFacts = Readonly<Record<string, number | string | null | ReplicaKey>>;

/** When an event is taken, and the chance in it. */
export interface Moment {
  readonly nowMs: number;
  /** Drawn anew each time, from [0, 1). */
  chance(): number;
}
