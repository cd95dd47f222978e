import { ZERO_UUID } from '../protocol/uuid.ts';
import {
  EMPTY_LOG,
  type EpochLog,
  lastEpochOf,
  type OffsetAndEpoch,
  type StoredSnapshot,
} from './epoch-log.ts';
import type { QuorumState } from './quorum-state.ts';
import type { ReplicaKey } from './replica-key.ts';
import type { Role } from './role.ts';
import {
  type BootstrapServer,
  NOT_IN_LOG,
  type VoterEndpoint,
  type VoterNode,
  type VoterSet,
  voterOf,
} from './voter-set.ts';

/** The waits of the quorum, by Kafka's `controller.quorum.*` configs. */
export interface RaftTiming {
  readonly electionTimeoutMs: number;
  readonly electionBackoffMaxMs: number;
  readonly fetchTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly retryBackoffMs: number;
  /** How long a voter that starts waits to hear of a leader; as long as at any other time unless given. */
  readonly firstPatienceMs?: number;
}

export const DEFAULT_TIMING: RaftTiming = {
  electionTimeoutMs: 1000,
  electionBackoffMaxMs: 1000,
  fetchTimeoutMs: 2000,
  requestTimeoutMs: 2000,
  retryBackoffMs: 20,
};

/** What this node and its directory are, as they were opened. */
export interface RaftIdentity {
  readonly clusterId: string;
  readonly self: VoterNode;
  /** By the configuration alone; a set in a checkpoint or the log counts more. */
  readonly voters: readonly VoterNode[];
  /** Whom an observer asks who leads, besides the voters that it knows. */
  readonly bootstrapServers: readonly BootstrapServer[];
  readonly timing: RaftTiming;
}

/** Requests to another node go one at a time, as on a connection of their own. */
export interface Peer {
  readonly inFlight: { readonly requestId: number; readonly expiresMs: number } | null;
  /** After a failure. */
  readonly notBeforeMs: number;
  /** Requests in a row that nobody answered. */
  readonly unanswered: number;
}

/** Everything that the next step depends on. */
export interface RaftState {
  readonly identity: RaftIdentity;
  readonly role: Role;
  readonly epoch: number;
  /** Of this epoch; null while it is not known. This node's own id while it leads, and after it resigned. */
  readonly leaderId: number | null;
  readonly leaderEndpoints: readonly VoterEndpoint[];
  /** Who got this node's vote in this epoch. */
  readonly votedKey: ReplicaKey | null;
  readonly log: EpochLog;
  /** Records below it are committed. */
  readonly highWatermark: number;
  /** By the log, oldest first; the newest counts, committed or not (KIP-853). */
  readonly voterSets: readonly VoterSet[];
  /** Since a leader was last followed, or had followers; the pauses between elections grow with it, and their time. */
  readonly lostElections: number;
  /** What this node's disk took of late to keep something: the longest, which fades. */
  readonly storingMs: number;
  readonly peers: ReadonlyMap<number, Peer>;
  readonly lastRequestId: number;
}

/** What is in the directory at the start. */
export interface LoadedLog {
  readonly stored: QuorumState | null;
  readonly log: Omit<EpochLog, 'flushedOffset' | 'truncations'>;
  /** The sets in snapshot and log, oldest first. */
  readonly voterSets: readonly VoterSet[];
}

export function initialRaftState(identity: RaftIdentity): RaftState {
  return {
    identity,
    role: { name: 'loading' },
    epoch: 0,
    leaderId: null,
    leaderEndpoints: [],
    votedKey: null,
    log: EMPTY_LOG,
    highWatermark: 0,
    voterSets: [{ offset: NOT_IN_LOG, voters: identity.voters }],
    lostElections: 0,
    storingMs: 0,
    peers: new Map(),
    lastRequestId: 0,
  };
}

export function votersOf({ voterSets }: RaftState): readonly VoterNode[] {
  return voterSets.at(-1)?.voters ?? [];
}

export function isVoter(state: RaftState): boolean {
  return voterOf(votersOf(state), state.identity.self) !== null;
}

/** Every voter but this node. */
export function otherVoters(state: RaftState): readonly VoterNode[] {
  return votersOf(state).filter(({ id }) => id !== state.identity.self.id);
}

/** Of requests in a row whose connection was refused, or broke: a process that lives takes one of them. */
const GONE_AFTER = 4;

/** Whether the process of the leader that this node follows has ended, by all that is seen of it. */
export function isLeaderGone({ leaderId, peers }: RaftState): boolean {
  return leaderId !== null && isGone(peers.get(leaderId));
}

/** Whether the processes of so many voters have ended, by all that is seen of them, that none can be elected. */
export function isMajorityGone(state: RaftState): boolean {
  const voters = votersOf(state).length;
  const gone = otherVoters(state).filter(({ id }) => isGone(state.peers.get(id))).length;
  return voters - gone <= voters / 2;
}

function isGone(peer: Peer | undefined): boolean {
  return peer !== undefined && peer.unanswered >= GONE_AFTER;
}

/** The end of the log as elections compare it. */
export function endOf({ log }: RaftState): OffsetAndEpoch {
  return { offset: log.endOffset, epoch: lastEpochOf(log) };
}

export function snapshotAt({ log }: RaftState, id: OffsetAndEpoch): StoredSnapshot | null {
  return log.snapshots.find(({ offset, epoch }) => offset === id.offset && epoch === id.epoch) ?? null;
}

/** What must never be forgotten. */
export function hardStateOf({ epoch, leaderId, votedKey }: RaftState): QuorumState {
  return {
    leaderId: leaderId ?? -1,
    leaderEpoch: epoch,
    votedId: votedKey?.id ?? -1,
    votedDirectoryId: votedKey?.directoryId ?? ZERO_UUID,
  };
}
