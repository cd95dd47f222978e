import type { LogFlusher } from './log-flusher.ts';
import type { ReplicatedMetadataLog } from './metadata-log.ts';
import type { QuorumPeers } from './quorum-peers.ts';
import type { RaftEffect, RaftEvent } from './raft-event.ts';
import type { VoterNode } from './voter-set.ts';

/** What a node needs besides where it is not the only one. */
export interface QuorumCompany {
  /** Those the directory was made with; a set in the log counts more. */
  readonly voters: readonly VoterNode[];
  readonly log: ReplicatedMetadataLog;
  readonly peers: QuorumPeers;
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
    const { log } = this.#company;
    switch (effect.kind) {
      case 'send':
        void this.#send(effect);
        return null;
      case 'appendAsFollower':
        this.#flusher.noteWrite(log.appendAsFollower(effect.batches.map(({ bytes }) => bytes)).written);
        return null;
      case 'truncate':
        return log.truncateTo(effect.offset);
      default:
        return null;
    }
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
