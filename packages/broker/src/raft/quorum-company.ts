import type { OffsetAndEpoch } from './epoch-log.ts';
import type { LogFlusher } from './log-flusher.ts';
import type { ReplicatedMetadataLog } from './metadata-log.ts';
import type { QuorumPeers } from './quorum-peers.ts';
import type { RaftEffect, RaftEvent } from './raft-event.ts';
import type { SnapshotFiles } from './snapshot-files.ts';
import type { BootstrapServer, VoterNode } from './voter-set.ts';

/** What a node needs besides where it is not the only one. */
export interface QuorumCompany {
  /** By the configuration alone; those that a checkpoint or the log names count more. */
  readonly voters: readonly VoterNode[];
  /** Whom a node asks who leads, as long as it does not know the voters. */
  readonly bootstrapServers?: readonly BootstrapServer[];
  readonly peers: QuorumPeers;
}

interface CompanyWork {
  readonly log: ReplicatedMetadataLog;
  readonly snapshots: SnapshotFiles;
  readonly flusher: LogFlusher;
  readonly handle: (event: RaftEvent) => void;
  /** Resolves when nobody reads the log for what was committed so far. */
  readonly replayed: () => Promise<void>;
}

/** Carries out what a node does for others and has from them. */
export class CompanyEffects {
  readonly #company: QuorumCompany;
  readonly #work: CompanyWork;

  constructor(company: QuorumCompany, work: CompanyWork) {
    this.#company = company;
    this.#work = work;
  }

  /** Null for what is done at once. */
  carryOut(effect: RaftEffect): Promise<void> | null {
    const { log, snapshots, flusher } = this.#work;
    switch (effect.kind) {
      case 'send':
        void this.#send(effect);
        return null;
      case 'appendAsFollower':
        flusher.noteWrite(log.appendAsFollower(effect.batches.map(({ bytes }) => bytes)).written);
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
    const { log, snapshots, replayed, handle } = this.#work;
    const snapshot = await snapshots.complete(id);
    const voters = await snapshots.votersOf(id);
    await replayed();
    await log.startBehind(id);
    await snapshots.removeBelow(id.offset);
    handle({ kind: 'snapshotInstalled', snapshot, voters });
  }

  async #send({ to, endpoints, requestId, request }: Extract<RaftEffect, { kind: 'send' }>): Promise<void> {
    const response = await this.#company.peers.ask({ id: to, endpoints }, request);
    this.#work.handle(
      response === null
        ? { kind: 'unanswered', from: to, requestId }
        : { kind: 'response', from: to, requestId, response },
    );
  }

  close(): void {
    this.#company.peers.close();
  }
}
