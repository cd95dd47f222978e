import type { RaftEffect } from '../../src/raft/raft-event.ts';
import type { RaftResponse } from '../../src/raft/raft-messages.ts';
import type { RaftTiming } from '../../src/raft/raft-state.ts';
import { SeededRandom } from '../seeded-random.ts';
import { Agenda } from './agenda.ts';
import { MACHINE } from './machine.ts';
import { Replica } from './replica.ts';
import { AskedRequest, ReplicaNode } from './replica-node.ts';
import { CLUSTER_ID, voterNode } from './test-nodes.ts';

/** How the machines of one quorum are, and how its leaders end. */
export interface Circumstances {
  readonly voters: number;
  readonly timing: RaftTiming;
  /** One way, and by a store or a sync: at most. */
  readonly delayMaxMs: number;
  readonly diskMaxMs: number;
  /** Its connections are closed and others refused; else nobody hears anything any more. */
  readonly isClosed: boolean;
}

/** What one kill of a leader led to. */
export interface Succession {
  /** Until another leader had a record of its own epoch committed. */
  readonly tookMs: number;
  /** Epochs that were tried. */
  readonly elections: number;
}

const LONGEST_MS = 60_000;

/** One quorum at virtual time whose leader is killed, again and again, and comes back when there is another. */
export class ElectionTimes {
  readonly #with: Circumstances;
  readonly #random: SeededRandom;
  readonly #agenda = new Agenda();
  readonly #nodes: readonly ReplicaNode[];
  readonly #asked = new Map<number, AskedRequest>();
  #lastRequest = 0;

  constructor(circumstances: Circumstances, seed: number) {
    this.#with = circumstances;
    this.#random = new SeededRandom(seed, 0);
    this.#nodes = Array.from({ length: circumstances.voters }, (_, index) => new ReplicaNode(index + 1));
  }

  /** Kills as many leaders, each when the quorum is whole. */
  run(kills: number): Succession[] {
    for (const node of this.#nodes) this.#start(node);
    return Array.from({ length: kills }, () => {
      const leader = this.#whole();
      this.#agenda.runUntil(this.#agenda.nowMs + this.#random.between(0, 300));
      return this.#succession(leader);
    });
  }

  #succession(leader: ReplicaNode): Succession {
    const sinceMs = this.#agenda.nowMs;
    const epoch = leader.replica?.state.epoch ?? 0;
    this.#kill(leader);
    const next = this.#until(() => this.#committingLeader());
    const tookMs = this.#agenda.nowMs - sinceMs;
    this.#start(leader);
    return { tookMs, elections: (next.replica?.state.epoch ?? 0) - epoch };
  }

  #committingLeader(): ReplicaNode | undefined {
    return this.#nodes.find(({ replica }) => {
      const role = replica?.state.role;
      return role?.name === 'leader' && (replica?.state.highWatermark ?? 0) > role.epochStartOffset;
    });
  }

  /** The leader that all others follow. */
  #whole(): ReplicaNode {
    return this.#until(() => {
      const leader = this.#committingLeader();
      const isWhole = this.#nodes.every(
        ({ replica }) =>
          replica?.state.leaderId === leader?.id &&
          replica?.state.highWatermark === leader?.replica?.state.log.endOffset,
      );
      return isWhole ? leader : undefined;
    });
  }

  #until(found: () => ReplicaNode | undefined): ReplicaNode {
    const latestMs = this.#agenda.nowMs + LONGEST_MS;
    for (;;) {
      const node = found();
      if (node !== undefined) return node;
      if (this.#agenda.nowMs > latestMs) throw new Error(`no leader within ${LONGEST_MS} ms`);
      this.#agenda.runUntil(this.#agenda.nowMs + 1);
    }
  }

  #start(node: ReplicaNode): void {
    node.incarnation++;
    const { id, incarnation } = node;
    const voters = this.#nodes.map((one) => voterNode(one.id));
    const isAlive = (): boolean => node.incarnation === incarnation && node.replica !== null;
    const { timing, diskMaxMs } = this.#with;
    const identity = { clusterId: CLUSTER_ID, self: voterNode(id), voters, bootstrapServers: [], timing };
    const replica = new Replica(identity, node.disk, {
      machine: MACHINE,
      random: this.#random,
      chance: () => this.#random.fraction(),
      nowMs: () => this.#agenda.nowMs,
      diskMs: () => this.#random.between(0, diskMaxMs),
      batchesAtOnce: () => 1000,
      after: (delayMs, task) => this.#agenda.after(delayMs, () => isAlive() && task()),
      send: (message) => this.#send(node, message),
      reply: (requestId, response) => this.#reply(requestId, response),
      seen: () => {},
      stepped: () => node.wakeInTime(MACHINE, this.#agenda),
    });
    node.replica = replica;
    replica.start();
  }

  #kill(node: ReplicaNode): void {
    node.replica = null;
    node.disk.processEnd();
    if (!this.#with.isClosed) return;
    for (const [requestId, asked] of this.#asked) {
      if (asked.to !== node.id) continue;
      this.#asked.delete(requestId);
      this.#carry(() => asked.tellUnanswered());
    }
  }

  #send(sender: ReplicaNode, message: Extract<RaftEffect, { kind: 'send' }>): void {
    const asked = new AskedRequest(sender, message);
    this.#carry(() => this.#receive(asked));
  }

  #receive(asked: AskedRequest): void {
    const replica = this.#nodes[asked.to - 1]?.replica ?? null;
    if (replica !== null) {
      const requestId = this.#lastRequest++;
      this.#asked.set(requestId, asked);
      replica.handle({ kind: 'request', requestId, request: asked.request });
    } else if (this.#with.isClosed) this.#carry(() => asked.tellUnanswered());
  }

  #reply(requestId: number, response: RaftResponse): void {
    const asked = this.#asked.get(requestId);
    this.#asked.delete(requestId);
    if (asked === undefined) return;
    const { to: from, requestId: theirs } = asked;
    this.#carry(() => asked.tell({ kind: 'response', from, requestId: theirs, response }));
  }

  #carry(deliver: () => void): void {
    this.#agenda.after(this.#random.between(0, this.#with.delayMaxMs), deliver);
  }
}
