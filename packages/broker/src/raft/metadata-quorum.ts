import { buildBatch } from '../protocol/records.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Disk } from '../runtime/disk.ts';
import { invariant } from '../runtime/invariant.ts';
import type { Logger } from '../runtime/logger.ts';
import { leaderChangeRecord, quorumRecords, type VoterNode } from './control-records.ts';
import { batchesIn, type MetadataBatch } from './loaded-batch.ts';
import type { MetadataLog } from './metadata-log.ts';
import { readQuorumState, writeQuorumState } from './quorum-state.ts';
import {
  initialRaftState,
  type RaftEffect,
  type RaftEvent,
  type RaftState,
  raftStep,
} from './single-voter.ts';

export interface MetadataQuorumNeeds {
  readonly log: MetadataLog;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly logger: Logger;
  /** This node, as other controllers reach it. */
  readonly voter: VoterNode;
  /** Path of Kafka's `quorum-state` file. */
  readonly quorumStatePath: string;
}

/** What the controller is told, in the order of the log. */
export interface QuorumListener {
  /** A batch that is in the log from before this start, or that the quorum itself wrote. */
  onBatch(batch: MetadataBatch): void;
  /** Every record below is safe on a majority. */
  onCommitted(highWatermark: number): void;
  /** The quorum is over for this incarnation: nothing more will be appended or committed. */
  onStopped(reason: unknown): void;
}

/** Where records came to lie. `committed` rejects when the quorum stops before. */
export interface QuorumAppend {
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly epoch: number;
  readonly committed: Promise<void>;
}

interface Waiting {
  readonly offset: number;
  resolve(): void;
  reject(reason: unknown): void;
}

/**
 * Carries out the effects of {@link ./raft-state.ts} on a log and a disk. Appends are synchronous and lie in the
 * log in the order of the calls; one flush commits everything that was written before it.
 */
export class MetadataQuorum {
  readonly #needs: MetadataQuorumNeeds;
  readonly #listener: QuorumListener;
  #state: RaftState;
  #election: Pick<Waiting, 'resolve' | 'reject'> | null = null;
  #waiting: Waiting[] = [];
  #lastWritten: Promise<void> = Promise.resolve();
  #flushing: Promise<void> | null = null;
  #flushTarget = 0;
  #knownVoters: readonly VoterNode[] = [];

  constructor(needs: MetadataQuorumNeeds, listener: QuorumListener) {
    this.#needs = needs;
    this.#listener = listener;
    this.#state = initialRaftState(needs.voter);
  }

  get state(): RaftState {
    return this.#state;
  }

  /** This node, the only voter. */
  get voter(): VoterNode {
    return this.#needs.voter;
  }

  /**
   * Replays the log to the listener and wins the election of a new epoch. Resolves once this node leads: what is
   * appended then is committed together with the leader's first batch.
   */
  async start(): Promise<void> {
    const { log, disk, quorumStatePath } = this.#needs;
    for await (const chunk of log.read()) {
      for (const batch of batchesIn(chunk)) this.#load(batch);
    }
    const stored = await readQuorumState(disk, quorumStatePath);
    const { endOffset, lastEpoch } = log;
    const elected = new Promise<void>((resolve, reject) => {
      this.#election = { resolve, reject };
    });
    this.#handle({ kind: 'loaded', stored, endOffset, lastEpoch });
    await elected;
  }

  /**
   * Appends records as one batch: all of them are replayed or none. Must only be called on a leader, without an
   * await since that was checked.
   */
  append(values: readonly Uint8Array[]): QuorumAppend {
    invariant(this.#state.role === 'leader', `append as ${this.#state.role}`);
    const timestamp = this.#needs.clock.wallMs();
    const batch = buildBatch(values.map((value) => ({ value, timestamp })));
    const lastOffset = this.#appendBatch(batch, values.length);
    const baseOffset = lastOffset - values.length + 1;
    return {
      baseOffset,
      lastOffset,
      epoch: this.#state.epoch,
      committed: this.#committedThrough(lastOffset),
    };
  }

  /** Stops taking appends, waits for what is under way and closes the log. */
  async close(): Promise<void> {
    this.#handle({ kind: 'failed', reason: new Error('the metadata quorum was closed') });
    await this.#flushing;
    await this.#needs.log.close();
  }

  #load(batch: MetadataBatch): void {
    for (const record of batch.controlRecords) {
      if (record.kind === 'voters') this.#knownVoters = record.voters;
    }
    this.#listener.onBatch(batch);
  }

  #handle(event: RaftEvent): void {
    const { state, effects } = raftStep(this.#state, event);
    this.#state = state;
    for (const effect of effects) this.#carryOut(effect);
  }

  #carryOut(effect: RaftEffect): void {
    switch (effect.kind) {
      case 'storeVote': {
        const { disk, quorumStatePath } = this.#needs;
        writeQuorumState(disk, quorumStatePath, effect.state).then(
          () => this.#handle({ kind: 'voteStored' }),
          (reason: unknown) => this.#handle({ kind: 'failed', reason }),
        );
        break;
      }
      case 'appendLeaderChange':
        this.#announceLeader();
        break;
      case 'flush':
        this.#flushTarget = effect.endOffset;
        this.#flushing ??= this.#flush();
        break;
      case 'commit':
        this.#commit(effect.highWatermark);
        break;
      case 'stop':
        this.#stop(effect.reason);
        break;
    }
  }

  /** The voters are written again when this node is reached otherwise than the log says. */
  #announceLeader(): void {
    const { voter, clock } = this.#needs;
    const areKnown = JSON.stringify(this.#knownVoters) === JSON.stringify([voter]);
    const timestamp = clock.wallMs();
    const records = [leaderChangeRecord(voter.id), ...(areKnown ? [] : quorumRecords(voter))];
    const batch = buildBatch(
      records.map((record) => ({ ...record, timestamp })),
      { isControl: true },
    );
    this.#appendBatch(batch, records.length);
    for (const loaded of batchesIn(batch)) this.#listener.onBatch(loaded);
    this.#election?.resolve();
  }

  /** Returns the offset of the batch's last record. */
  #appendBatch(batch: Uint8Array, count: number): number {
    const { epoch, endOffset } = this.#state;
    const { baseOffset, written } = this.#needs.log.append(batch, epoch);
    invariant(baseOffset === endOffset, `metadata batch lies at ${baseOffset} and not at ${endOffset}`);
    this.#lastWritten = written;
    // Only the newest write is waited for, by the flush: once one fails, all later ones do.
    written.catch(() => {});
    this.#handle({ kind: 'appended', endOffset: baseOffset + count });
    return baseOffset + count - 1;
  }

  async #flush(): Promise<void> {
    try {
      while (this.#state.role === 'leader' && this.#state.highWatermark < this.#flushTarget) {
        const target = await this.#allWritten();
        await this.#needs.log.flush();
        this.#handle({ kind: 'flushed', endOffset: target });
      }
    } catch (reason) {
      // The seam of the metadata log: a write or sync that failed may have lost pages, so this node stops voting.
      this.#needs.logger.error({ err: reason }, 'the metadata log cannot be written');
      this.#handle({ kind: 'failed', reason });
    } finally {
      this.#flushing = null;
    }
  }

  /**
   * The end of what is written, once nothing is being written: whatever is appended meanwhile shares the flush. That
   * ends, because whoever appends waits for the commit.
   */
  async #allWritten(): Promise<number> {
    for (;;) {
      const target = this.#flushTarget;
      const written = this.#lastWritten;
      await written;
      if (written === this.#lastWritten) return target;
    }
  }

  #committedThrough(offset: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ offset, resolve, reject });
    });
  }

  /** Listeners see the new state before any caller of `append` goes on. */
  #commit(highWatermark: number): void {
    this.#listener.onCommitted(highWatermark);
    const released = this.#waiting.filter(({ offset }) => offset < highWatermark);
    this.#waiting = this.#waiting.filter(({ offset }) => offset >= highWatermark);
    for (const waiting of released) waiting.resolve();
  }

  #stop(reason: unknown): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#election?.reject(reason);
    for (const { reject } of waiting) reject(reason);
    this.#listener.onStopped(reason);
  }
}
