import type { RaftEffect } from '../../src/raft/raft-event.ts';
import type { RaftRequest, RaftResponse } from '../../src/raft/raft-messages.ts';
import type { RaftState } from '../../src/raft/raft-state.ts';
import { majorityOf } from '../../src/raft/voter-set.ts';
import type { Replica } from './replica.ts';
import type { Entry, ReplicaDisk } from './replica-disk.ts';

/** How often things that a good history should have took place. */
export interface HistoryTotals {
  elections: number;
  commits: number;
  truncations: number;
  snapshots: number;
  resignations: number;
}

/** What must hold in every history; the first breach throws. */
export class QuorumChecker {
  readonly totals: HistoryTotals = {
    elections: 0,
    commits: 0,
    truncations: 0,
    snapshots: 0,
    resignations: 0,
  };
  readonly committed: Entry[] = [];
  /** By offset: the epoch that its commit was seen in first. */
  readonly #committedIn: number[] = [];
  readonly #voters: readonly number[];
  /** Which incarnation leads the epoch. */
  readonly #leaders = new Map<number, string>();
  /** By voter and epoch. */
  readonly #votes = new Map<string, number>();
  /** By candidate and epoch: who answered its pre-vote with yes. */
  readonly #preVotes = new Map<string, Set<number>>();
  /** The highest epoch that the node has told anybody, through all its incarnations. */
  readonly #checkedTo = new Map<ReplicaDisk, number>();
  readonly #told = new Map<number, number>();

  constructor(voters: readonly number[]) {
    this.#voters = voters;
  }

  stepped(id: number, incarnation: number, before: RaftState, replica: Replica): void {
    const { state } = replica;
    if (state.epoch < before.epoch) throw new Error(`node ${id} went back from epoch ${before.epoch}`);
    if (state.highWatermark < before.highWatermark) throw new Error(`node ${id} lowered its high watermark`);
    if (state.role.name === 'candidate' && before.role.name !== 'candidate') this.#candidate(id, state);
    if (state.role.name === 'resigned' && before.role.name === 'leader') this.totals.resignations++;
    if (state.role.name === 'leader') {
      const who = `${id} (start ${incarnation})`;
      const known = this.#leaders.get(state.epoch);
      if (known !== undefined && known !== who)
        throw new Error(`epoch ${state.epoch}: led by ${known} and ${who}`);
      if (known === undefined) this.totals.elections++;
      this.#leaders.set(state.epoch, who);
    }
  }

  #candidate(id: number, { epoch }: RaftState): void {
    const granting = this.#preVotes.get(`${id}:${epoch - 1}`)?.size ?? 0;
    if (granting + 1 < majorityOf(this.#voters)) {
      throw new Error(`node ${id} stands in epoch ${epoch} with ${granting} pre-votes`);
    }
  }

  told(id: number, message: RaftRequest | RaftResponse): void {
    if (message.api === 'refused') return;
    const before = this.#told.get(id) ?? 0;
    if (message.epoch < before) throw new Error(`node ${id} forgot epoch ${before}`);
    this.#told.set(id, message.epoch);
    // Whoever asks for votes has given its own to itself.
    if ('candidate' in message && !message.preVote) this.#vote(id, message.epoch, id);
  }

  answered(voter: number, request: RaftRequest, response: RaftResponse): void {
    if (request.api !== 'vote' || response.api !== 'vote' || !response.voteGranted) return;
    const { candidate, epoch, preVote } = request;
    if (preVote) {
      const key = `${candidate.id}:${epoch}`;
      this.#preVotes.set(key, (this.#preVotes.get(key) ?? new Set()).add(voter));
      return;
    }
    this.#vote(voter, epoch, candidate.id);
  }

  #vote(voter: number, epoch: number, candidate: number): void {
    const voted = this.#votes.get(`${voter}:${epoch}`) ?? candidate;
    if (voted !== candidate) throw new Error(`node ${voter} voted twice in epoch ${epoch}`);
    this.#votes.set(`${voter}:${epoch}`, candidate);
  }

  seen(id: number, effect: RaftEffect, replicas: ReadonlyMap<number, Replica>): void {
    const replica = replicas.get(id);
    if (replica === undefined) return;
    if (effect.kind === 'stop') throw new Error(`node ${id} stopped: ${String(effect.reason)}`);
    if (effect.kind === 'truncate') this.totals.truncations++;
    if (effect.kind === 'installSnapshot') this.totals.snapshots++;
    if (effect.kind === 'appendLeaderChange') this.#leaderHasAll(id, replica, effect.epoch);
    if (effect.kind === 'committed') this.#committedAt(id, replica, effect.highWatermark, replicas);
  }

  /** Its disk may have kept it so long that there is a leader after it, of whose commits it need not know. */
  #leaderHasAll(id: number, { disk: { entries } }: Replica, epoch: number): void {
    this.committed.forEach((entry, offset) => {
      const isEarlier = (this.#committedIn[offset] ?? epoch) < epoch;
      if (isEarlier && !isSame(entries[offset], entry))
        throw new Error(`leader ${id} lacks committed offset ${offset}`);
    });
  }

  #committedAt(
    id: number,
    { disk, state }: Replica,
    highWatermark: number,
    replicas: ReadonlyMap<number, Replica>,
  ): void {
    const { entries } = disk;
    if (highWatermark > entries.length) throw new Error(`node ${id} commits beyond its log`);
    const isNew = highWatermark > this.committed.length;
    for (let offset = this.#checkedTo.get(disk) ?? 0; offset < highWatermark; offset++) {
      const entry = entries[offset];
      if (entry === undefined) continue;
      this.committed[offset] ??= entry;
      this.#committedIn[offset] ??= state.epoch;
      const known = this.committed[offset];
      if (!isSame(known, entry)) {
        throw new Error(`offset ${offset}: ${JSON.stringify(known)} was committed, ${id} has ${entry.value}`);
      }
    }
    this.#checkedTo.set(disk, highWatermark);
    if (!isNew) return;
    this.totals.commits++;
    this.#isOnMajority(highWatermark, replicas);
  }

  #isOnMajority(highWatermark: number, replicas: ReadonlyMap<number, Replica>): void {
    const last = this.committed[highWatermark - 1];
    const holding = this.#voters.filter((voter) => {
      const disk = replicas.get(voter)?.disk;
      return (
        disk !== undefined &&
        disk.flushedEndOffset >= highWatermark &&
        isSame(disk.entries[highWatermark - 1], last)
      );
    });
    if (holding.length < majorityOf(this.#voters)) {
      throw new Error(`${highWatermark} is committed and on the disks of ${holding.join()} only`);
    }
  }
}

function isSame(left: Entry | undefined, right: Entry | undefined): boolean {
  return left?.epoch === right?.epoch && left?.value === right?.value;
}
