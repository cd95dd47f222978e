import type { OffsetAndEpoch, StoredSnapshot } from './epoch-log.ts';
import type { LogFlusher } from './log-flusher.ts';
import type { ReplicatedMetadataLog } from './metadata-log.ts';
import type { QuorumPeers } from './quorum-peers.ts';
import type { RaftEffect, RaftEvent } from './raft-event.ts';
import type { SnapshotFiles } from './snapshot-files.ts';
import type { VoterNode, VoterSet } from './voter-set.ts';

/** What a node needs besides where it is not the only one. */
export interface QuorumCompany {
  /** Those the directory was made with; a set in the log counts more. */
  readonly voters: readonly VoterNode[];
  readonly log: ReplicatedMetadataLog;
  readonly peers: QuorumPeers;
  readonly snapshots: SnapshotFiles;
}

/** Carries out what a node does for others and has from them. */
export class CompanyEffects {
  readonly #company: QuorumCompany;
  readonly #flusher: LogFlusher;
  readonly #handle: (event: RaftEvent) => void;

  constructor(
    company: QuorumCompany,
    { flusher, handle }: { readonly flusher: LogFlusher; readonly handle: (event: RaftEvent) => void },
  ) {
    this.#company = company;
    this.#flusher = flusher;
    this.#handle = handle;
  }

  /** Null for what is done at once. */
  carryOut(effect: RaftEffect): Promise<void> | null {
    const { log, snapshots } = this.#company;
    switch (effect.kind) {
      case 'send':
        void this.#send(effect);
        return null;
      case 'appendAsFollower':
        this.#flusher.noteWrite(log.appendAsFollower(effect.batches.map(({ bytes }) => bytes)).written);
        return null;
      case 'truncate':
        return log.truncateTo(effect.offset);
      case 'storeSnapshotChunk':
        return snapshots.storeChunk(effect.id, effect.position, effect.bytes);
      case 'installSnapshot':
        return this.#install(effect.id);
      default:
        return null;
    }
  }

  /** The snapshot first: a crash in between leaves a log that ends before it, and begins behind it at the start. */
  async #install(id: OffsetAndEpoch): Promise<void> {
    const { log, snapshots } = this.#company;
    const snapshot = await snapshots.complete(id);
    const voters = await snapshots.votersOf(id);
    await log.startBehind(id);
    this.#handle({ kind: 'snapshotInstalled', snapshot, voters });
  }

  /** What is in the directory, after a start; a log that ends before its snapshot goes on behind it. */
  async load(): Promise<{
    readonly snapshots: readonly StoredSnapshot[];
    readonly voterSets: readonly VoterSet[];
  }> {
    const { log, snapshots } = this.#company;
    const found = (await snapshots.list()).filter(({ offset }) => offset > 0);
    const latest = found.at(-1);
    if (latest === undefined) return { snapshots: [], voterSets: [] };
    if (latest.offset > log.endOffset) await log.startBehind(latest);
    const voters = await snapshots.votersOf(latest);
    return { snapshots: found, voterSets: voters === null ? [] : [{ offset: latest.offset - 1, voters }] };
  }

  /** A part of the snapshot that was asked for. */
  read(id: OffsetAndEpoch, position: number, maxBytes: number): Promise<Uint8Array> {
    return this.#company.snapshots.read(id, position, maxBytes);
  }

  async #send({ to, endpoints, requestId, request }: Extract<RaftEffect, { kind: 'send' }>): Promise<void> {
    const response = await this.#company.peers.ask({ id: to, endpoints }, request);
    this.#handle(
      response === null
        ? { kind: 'unanswered', from: to, requestId }
        : { kind: 'response', from: to, requestId, response },
    );
  }

  close(): void {
    this.#company.peers.close();
  }
}
