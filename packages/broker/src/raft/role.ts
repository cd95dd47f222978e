import type { OffsetAndEpoch } from './epoch-log.ts';
import type { FetchRequest } from './raft-messages.ts';
import type { ReplicaKey } from './replica-key.ts';
import type { Votes } from './votes.ts';

/*
 * Roles and the moves between them (KIP-595, with the pre-vote of KIP-996):
 *
 *   loading ─▶ unattached ─timeout─▶ prospective ─pre-votes─▶ candidate ─votes─▶ leader ─no majority─▶ resigned
 *                  ▲  │                 ▲     │                   │                 │                     │
 *                  │  └─leader known─▶ follower ◀─leader known────┴──higher epoch───┘                     │
 *                  └──────────────────────────── higher epoch, or the next one ───────────────────────────┘
 *
 * Whoever hears of a higher epoch becomes unattached in it, or a follower when the leader is named. A node that is no
 * voter (an observer) is unattached or a follower all its life. `stopped` is for good: a disk refused, or a promise
 * of another node was broken, so that this one must neither vote nor acknowledge.
 */
export type Role =
  | { readonly name: 'loading' }
  | { readonly name: 'unattached'; readonly electionDeadlineMs: number }
  | Prospective
  | Candidate
  | Follower
  | Leader
  | Resigned
  | { readonly name: 'stopped'; readonly reason: unknown };

/** Asks whether it would be elected before it disturbs anybody with a new epoch. */
export interface Prospective {
  readonly name: 'prospective';
  readonly votes: Votes;
  readonly electionDeadlineMs: number;
}

export interface Candidate {
  readonly name: 'candidate';
  readonly votes: Votes;
  /** Of the election, or of the pause after it was lost. */
  readonly electionDeadlineMs: number;
  readonly isBackingOff: boolean;
}

export interface Follower {
  readonly name: 'follower';
  readonly fetchDeadlineMs: number;
  /** Whether this leader has answered and has not said that it goes: a pre-vote against it is refused then. */
  readonly hasFetched: boolean;
  readonly snapshot: SnapshotProgress | null;
}

export interface SnapshotProgress {
  readonly id: OffsetAndEpoch;
  readonly position: number;
  /** All bytes are here and are being made the start of the log. */
  readonly isInstalling: boolean;
}

export interface Leader {
  readonly name: 'leader';
  readonly epochStartOffset: number;
  /** By voter id, without the leader itself. */
  readonly followers: ReadonlyMap<number, ReplicaProgress>;
  /** By id and directory. */
  readonly observers: ReadonlyMap<string, ReplicaProgress>;
  /** Infinity for a leader that is alone. */
  readonly checkQuorumDeadlineMs: number;
  /** Who has fetched since that deadline was set. */
  readonly fetchedVoters: readonly number[];
  readonly beginEpochDueMs: number;
  /** Voters that are yet to be told of the epoch. */
  readonly unaware: readonly number[];
  readonly waitingFetches: readonly WaitingFetch[];
}

/** How far a replica is, as its fetches tell. */
export interface ReplicaProgress {
  readonly key: ReplicaKey;
  /** -1 before its first fetch. */
  readonly endOffset: number;
  readonly lastFetchMs: number;
  readonly lastCaughtUpMs: number;
  /** The leader's end at the replica's last fetch. */
  readonly lastLeaderEndOffset: number;
}

export interface WaitingFetch {
  readonly requestId: number;
  readonly request: FetchRequest;
  readonly expiresMs: number;
}

export interface Resigned {
  readonly name: 'resigned';
  /** The voters by how far they are, the best first. */
  readonly preferredCandidates: readonly ReplicaKey[];
  readonly unaware: readonly number[];
  readonly electionDeadlineMs: number;
}

/** When a role asks for the time. */
export function deadlinesOf(role: Role): readonly number[] {
  switch (role.name) {
    case 'unattached':
    case 'prospective':
    case 'candidate':
    case 'resigned':
      return [role.electionDeadlineMs];
    case 'follower':
      return [role.fetchDeadlineMs];
    case 'leader':
      return [
        role.checkQuorumDeadlineMs,
        role.beginEpochDueMs,
        ...role.waitingFetches.map(({ expiresMs }) => expiresMs),
      ];
    case 'loading':
    case 'stopped':
      return [];
  }
}
