import type { QuorumState } from '../../src/raft/quorum-state.ts';
import type { RaftEffect, RaftEvent } from '../../src/raft/raft-event.ts';
import type { LogBatch, RaftResponse } from '../../src/raft/raft-messages.ts';
import { type RaftIdentity, type RaftState, votersOf } from '../../src/raft/raft-state.ts';
import type { SeededRandom } from '../seeded-random.ts';
import type { Machine } from './machine.ts';
import type { ReplicaDisk } from './replica-disk.ts';

/** What a replica is run in. */
export interface ReplicaSurroundings {
  readonly machine: Machine;
  readonly random: SeededRandom;
  nowMs(): number;
  chance(): number;
  /** How long the disk takes. */
  diskMs(): number;
  /** In one answer to a fetch. */
  batchesAtOnce(): number;
  /** Runs it unless this incarnation of the replica has ended by then. */
  after(delayMs: number, task: () => void): void;
  send(message: Extract<RaftEffect, { kind: 'send' }>): void;
  reply(requestId: number, response: RaftResponse): void;
  /** Before an effect is carried out, in order. */
  seen(effect: RaftEffect): void;
  /** After every step. */
  stepped(before: RaftState): void;
}

/** Faults that a driver could have. */
export interface DriverFaults {
  readonly answersBeforePersisting?: boolean;
  readonly persistsNothing?: boolean;
  readonly flushesNothing?: boolean;
  readonly loadsUnflushed?: boolean;
}

/** The machine with a disk that takes its time: effects go out in order, and wait for the disk where they must. */
export class Replica {
  readonly #with: ReplicaSurroundings;
  readonly #faults: DriverFaults;
  readonly disk: ReplicaDisk;
  state: RaftState;
  #queue: RaftEffect[] = [];
  #isBusy = false;

  constructor(
    identity: RaftIdentity,
    disk: ReplicaDisk,
    surroundings: ReplicaSurroundings,
    faults: DriverFaults = {},
  ) {
    this.#with = surroundings;
    this.#faults = faults;
    this.disk = disk;
    this.state = surroundings.machine.initialRaftState(identity);
  }

  start(): void {
    this.disk.recover();
    if (this.#faults.loadsUnflushed !== true) this.disk.flushedBatches = this.disk.batches.length;
    this.handle({ kind: 'loaded', found: this.disk.loaded() });
  }

  handle(event: RaftEvent): void {
    const before = this.state;
    const moment = { nowMs: this.#with.nowMs(), chance: () => this.#with.chance() };
    const { state, effects } = this.#with.machine.raftStep(before, event, moment);
    this.state = state;
    this.#queue.push(...effects);
    this.#with.stepped(before);
    this.#drain();
  }

  #drain(): void {
    while (!this.#isBusy) {
      const effect = this.#queue.shift();
      if (effect === undefined) return;
      this.#with.seen(effect);
      this.#carryOut(effect);
    }
  }

  #carryOut(effect: RaftEffect): void {
    const { disk } = this;
    switch (effect.kind) {
      case 'persist':
        this.#persist(effect.state);
        break;
      case 'send':
        this.#with.send(effect);
        break;
      case 'reply':
        this.#with.reply(effect.requestId, effect.response);
        break;
      case 'replyWithRecords': {
        const batches = disk.read(effect.fromOffset, this.#with.batchesAtOnce());
        this.#with.reply(effect.requestId, { ...effect.response, batches });
        break;
      }
      case 'replyWithSnapshot': {
        const { position, snapshotId } = effect.response;
        const bytes = disk.snapshotBytes(snapshotId ?? { offset: -1, epoch: -1 });
        const length = 1 + 200 * this.#with.batchesAtOnce();
        this.#with.reply(effect.requestId, {
          ...effect.response,
          bytes: bytes.subarray(position, position + length),
        });
        break;
      }
      case 'appendLeaderChange':
      case 'append':
        disk.append(batchOf(effect, this.state.identity.self.id));
        break;
      case 'appendAsFollower':
        for (const batch of effect.batches) disk.append(batch);
        break;
      case 'flush':
        this.#flush(effect);
        break;
      case 'truncate':
        this.#block(() => disk.truncate(effect.offset));
        break;
      case 'storeSnapshotChunk':
        disk.storeChunk(effect.position, effect.bytes);
        break;
      case 'installSnapshot':
        this.#block(() => {
          const snapshot = disk.install(effect.id);
          this.handle({ kind: 'snapshotInstalled', snapshot, voters: snapshot.voters });
        });
        break;
      default:
        break;
    }
  }

  #persist(state: QuorumState): void {
    const sinceMs = this.#with.nowMs();
    const store = (): void => {
      if (this.#faults.persistsNothing !== true) this.disk.quorumState = state;
      this.handle({ kind: 'stored', tookMs: this.#with.nowMs() - sinceMs });
    };
    if (this.#faults.answersBeforePersisting === true) this.#with.after(this.#with.diskMs(), store);
    else this.#block(store);
  }

  /** Nothing goes on before it is done. */
  #block(done: () => void): void {
    this.#isBusy = true;
    this.#with.after(this.#with.diskMs(), () => {
      done();
      this.#isBusy = false;
      this.#drain();
    });
  }

  #flush({ endOffset, truncations }: Extract<RaftEffect, { kind: 'flush' }>): void {
    const { disk } = this;
    const count = disk.batches.length;
    const last = disk.batches.at(-1);
    const sinceMs = this.#with.nowMs();
    this.#with.after(this.#with.diskMs(), () => {
      // A sync that began before the log was cut or replaced says nothing about what is there.
      const at = last === undefined ? 0 : disk.batches.indexOf(last) + 1;
      const isFaulty = this.#faults.flushesNothing === true;
      if (!isFaulty) disk.flushedBatches = Math.max(disk.flushedBatches, Math.min(at, count));
      this.handle({ kind: 'flushed', endOffset, truncations, tookMs: this.#with.nowMs() - sinceMs });
    });
  }

  /** Takes a snapshot of what is committed and perhaps drops the log below. */
  snapshot({ isTrimming }: { readonly isTrimming: boolean }): void {
    const { log, highWatermark, role } = this.state;
    if (role.name === 'follower' && role.snapshot !== null) return;
    if (this.#isBusy || this.disk.endOffset !== log.endOffset) return;
    const snapshot = this.disk.takeSnapshot(highWatermark, votersOf(this.state));
    if (snapshot === null) return;
    this.handle({ kind: 'snapshotTaken', snapshot });
    if (this.disk.flushedEndOffset < snapshot.offset || !isTrimming) return;
    this.disk.trim(snapshot.offset);
    this.handle({ kind: 'logTrimmed', startOffset: snapshot.offset });
  }
}

function batchOf(
  effect: Extract<RaftEffect, { kind: 'append' | 'appendLeaderChange' }>,
  leaderId: number,
): LogBatch {
  const { baseOffset, epoch } = effect;
  if (effect.kind === 'append') {
    const { bytes, count } = effect;
    return { baseOffset, epoch, bytes, lastOffset: baseOffset + count - 1, voters: null };
  }
  const { writesVoters, voters } = effect;
  return {
    baseOffset,
    epoch,
    bytes: Buffer.from(`leader ${leaderId}`),
    lastOffset: baseOffset + (writesVoters ? 2 : 0),
    voters: writesVoters ? voters : null,
  };
}
