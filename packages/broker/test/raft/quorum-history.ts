import type { RaftEffect } from '../../src/raft/raft-event.ts';
import type { RaftResponse } from '../../src/raft/raft-messages.ts';
import { DEFAULT_TIMING, type RaftState, type RaftTiming } from '../../src/raft/raft-state.ts';
import type { VoterNode } from '../../src/raft/voter-set.ts';
import { SeededRandom } from '../seeded-random.ts';
import { Agenda } from './agenda.ts';
import type { Machine } from './machine.ts';
import { type HistoryTotals, QuorumChecker } from './quorum-checker.ts';
import { type DriverFaults, Replica } from './replica.ts';
import { AskedRequest, ReplicaNode } from './replica-node.ts';
import { CLUSTER_ID, voterNode } from './test-nodes.ts';

const FAULTY_MS = 15_000;
const HEALING_MS = 10_000;

/** How bad the world is in one history; drawn from its seed, so that seeds differ in kind. */
interface Weather {
  readonly lossRate: number;
  readonly repeatRate: number;
  readonly delayMaxMs: number;
  readonly crashEveryMs: number;
  readonly partitionEveryMs: number;
  readonly snapshotEveryMs: number;
  readonly powerCutRate: number;
  /** How often a leader is cut off, or ends, soon after its election: what Raft's hardest cases need. */
  readonly regicideRate: number;
  readonly timing: RaftTiming;
}

/** Waits so short that one history sees dozens of elections. */
const HASTY: RaftTiming = {
  electionTimeoutMs: 100,
  electionBackoffMaxMs: 100,
  fetchTimeoutMs: 200,
  requestTimeoutMs: 200,
  retryBackoffMs: 5,
  firstPatienceMs: 20,
};

/**
 * One run of a quorum at virtual time: appends, crashes, partitions, lost, repeated and overtaken messages for some
 * time, then a quiet end in which everything must come together. Throws what the checker found.
 */
export class QuorumHistory {
  readonly #machine: Machine;
  readonly #faults: DriverFaults;
  readonly #random: SeededRandom;
  readonly #weather: Weather;
  readonly #nodes = new Map<number, ReplicaNode>();
  readonly #voters: readonly VoterNode[];
  readonly #checker: QuorumChecker;
  readonly #asked = new Map<number, AskedRequest>();
  readonly #cut = new Set<string>();
  readonly #agenda = new Agenda();
  #lastRequest = 0;
  #values = 0;
  #isHealing = false;

  constructor(seed: number, machine: Machine, faults: DriverFaults = {}) {
    this.#machine = machine;
    this.#faults = faults;
    this.#random = new SeededRandom(seed, 0);
    const votersCount = this.#random.pick([3, 3, 5]);
    this.#voters = Array.from({ length: votersCount }, (_, index) => voterNode(index + 1));
    const observers = this.#random.between(0, 2);
    for (let id = 1; id <= votersCount + observers; id++) {
      this.#nodes.set(id, new ReplicaNode(id));
    }
    this.#weather = drawWeather(this.#random);
    this.#checker = new QuorumChecker(this.#voters.map(({ id }) => id));
  }

  run(): HistoryTotals {
    for (const node of this.#nodes.values()) this.#start(node);
    this.#every(20, () => this.#appendSomewhere());
    this.#every(this.#weather.crashEveryMs, () => this.#crashSomebody());
    this.#every(this.#weather.partitionEveryMs, () => this.#partition());
    this.#every(this.#weather.snapshotEveryMs, () =>
      this.#aliveOne()?.snapshot({ isTrimming: this.#random.chance(0.7) }),
    );
    this.#agenda.runUntil(FAULTY_MS);
    this.#isHealing = true;
    this.#cut.clear();
    for (const node of this.#nodes.values()) if (node.replica === null) this.#start(node);
    this.#agenda.runUntil(FAULTY_MS + HEALING_MS);
    this.#everythingCameTogether();
    return this.#checker.totals;
  }

  #every(meanMs: number, task: () => void): void {
    this.#agenda.after(this.#random.between(1, 2 * meanMs), () => {
      if (this.#isHealing) return;
      task();
      this.#every(meanMs, task);
    });
  }

  #start(node: ReplicaNode): void {
    node.incarnation++;
    const { id, incarnation } = node;
    const isAlive = () => node.incarnation === incarnation && node.replica !== null;
    const replica = new Replica(
      {
        clusterId: CLUSTER_ID,
        self: voterNode(id),
        voters: this.#voters,
        bootstrapServers: [],
        timing: this.#weather.timing,
      },
      node.disk,
      {
        machine: this.#machine,
        random: this.#random,
        chance: () => this.#random.fraction(),
        nowMs: () => this.#agenda.nowMs,
        diskMs: () => this.#random.between(0, this.#isHealing || this.#random.chance(0.98) ? 20 : 1500),
        batchesAtOnce: () => (this.#isHealing ? 1000 : this.#random.between(1, 4)),
        after: (delayMs, task) => this.#agenda.after(delayMs, () => isAlive() && task()),
        send: (message) => this.#send(node, message),
        reply: (requestId, response) => this.#reply(node, requestId, response),
        seen: (effect) => this.#seen(id, effect),
        stepped: (before) => this.#stepped(node, before, replica),
      },
      this.#faults,
    );
    node.replica = replica;
    replica.start();
  }

  #seen(id: number, effect: RaftEffect): void {
    const replicas = new Map<number, Replica>();
    // A node that is down counts with what is on its disk.
    for (const node of this.#nodes.values()) {
      replicas.set(node.id, node.replica ?? ({ disk: node.disk } as Replica));
    }
    this.#checker.seen(id, effect, replicas);
  }

  #stepped(node: ReplicaNode, before: RaftState, replica: Replica): void {
    this.#checker.stepped(node.id, node.incarnation, before, replica);
    const isElected = replica.state.role.name === 'leader' && before.role.name !== 'leader';
    if (isElected) this.#endanger(node);
    node.wakeInTime(this.#machine, this.#agenda);
  }

  /** The end comes at a time that leaves some followers with its first records and some without. */
  #endanger(leader: ReplicaNode): void {
    if (this.#isHealing || !this.#random.chance(this.#weather.regicideRate)) return;
    const { incarnation } = leader;
    this.#agenda.after(this.#random.between(0, 8 * this.#weather.delayMaxMs), () => {
      if (this.#isHealing || leader.incarnation !== incarnation) return;
      if (this.#random.chance(0.3)) this.#crash(leader);
      else this.#isolate(leader.id);
    });
  }

  #isolate(id: number): void {
    const paths = [...this.#nodes.keys()].flatMap((other) => [`${id}>${other}`, `${other}>${id}`]);
    for (const path of paths) this.#cut.add(path);
    this.#agenda.after(this.#random.between(100, 10 * this.#weather.timing.fetchTimeoutMs), () => {
      for (const path of paths) this.#cut.delete(path);
    });
  }

  #send(sender: ReplicaNode, message: Extract<RaftEffect, { kind: 'send' }>): void {
    this.#checker.told(sender.id, message.request);
    const asked = new AskedRequest(sender, message);
    this.#carry(sender.id, asked.to, () => this.#receive(asked));
  }

  #receive(asked: AskedRequest): void {
    const { from, to, request } = asked;
    const replica = this.#nodes.get(to)?.replica ?? null;
    if (replica === null) {
      this.#carry(to, from.id, () => asked.tellUnanswered());
      return;
    }
    const requestId = this.#lastRequest++;
    this.#asked.set(requestId, asked);
    replica.handle({ kind: 'request', requestId, request });
  }

  #reply(node: ReplicaNode, requestId: number, response: RaftResponse): void {
    const asked = this.#asked.get(requestId);
    this.#asked.delete(requestId);
    if (asked === undefined) return;
    this.#checker.told(node.id, response);
    this.#checker.answered(node.id, asked.request, response);
    this.#carry(node.id, asked.from.id, () =>
      asked.tell({ kind: 'response', from: node.id, requestId: asked.requestId, response }),
    );
  }

  #carry(from: number, to: number, deliver: () => void): void {
    const { lossRate, repeatRate, delayMaxMs } = this.#weather;
    const isLost = !this.#isHealing && this.#random.chance(lossRate);
    const copies = !this.#isHealing && this.#random.chance(repeatRate) ? 2 : 1;
    if (isLost || this.#cut.has(`${from}>${to}`)) return;
    for (let copy = 0; copy < copies; copy++) {
      const isStuck = !this.#isHealing && this.#random.chance(0.02);
      const delayMs = isStuck ? this.#random.between(0, 4000) : this.#random.between(0, delayMaxMs);
      this.#agenda.after(delayMs, deliver);
    }
  }

  #appendSomewhere(): void {
    for (const { replica } of this.#nodes.values()) {
      if (replica?.state.role.name !== 'leader' || !this.#random.chance(0.7)) continue;
      const count = this.#random.between(1, 3);
      replica.handle({ kind: 'append', bytes: Buffer.from(`v${this.#values++}`), count });
    }
  }

  #crashSomebody(): void {
    const node = this.#random.pick([...this.#nodes.values()]);
    if (node.replica === null) return;
    if (this.#random.chance(0.1)) {
      node.replica.handle({ kind: 'resign' });
      return;
    }
    this.#crash(node);
  }

  #crash(node: ReplicaNode): void {
    node.replica = null;
    if (this.#random.chance(this.#weather.powerCutRate)) node.disk.powerCut(this.#random);
    else node.disk.processEnd();
    this.#agenda.after(this.#random.between(0, 3000), () => {
      if (node.replica === null) this.#start(node);
    });
  }

  #partition(): void {
    this.#cut.clear();
    const ids = [...this.#nodes.keys()];
    const side = new Set(ids.filter(() => this.#random.chance(0.5)));
    const isOneWay = this.#random.chance(0.3);
    for (const from of ids) {
      for (const to of ids) {
        const isCut = isOneWay ? side.has(from) && !side.has(to) : side.has(from) !== side.has(to);
        if (isCut) this.#cut.add(`${from}>${to}`);
      }
    }
    this.#agenda.after(this.#random.between(100, 6000), () => this.#cut.clear());
  }

  #aliveOne(): Replica | null {
    return this.#random.pick([...this.#nodes.values()]).replica;
  }

  #everythingCameTogether(): void {
    const replicas = [...this.#nodes.values()].flatMap(({ replica }) => replica ?? []);
    const leaders = replicas.filter(({ state }) => state.role.name === 'leader');
    const [leader] = leaders;
    if (leader === undefined || leaders.length > 1) throw new Error(`${leaders.length} leaders at the end`);
    const { epoch, log } = leader.state;
    for (const { state } of replicas) {
      const { id } = state.identity.self;
      const isTogether = state.epoch === epoch && state.log.endOffset === log.endOffset;
      if (!isTogether || state.highWatermark !== log.endOffset) {
        throw new Error(
          `node ${id} is at ${state.log.endOffset} (${state.highWatermark}) in epoch ${state.epoch}, the leader at ${log.endOffset} in ${epoch}`,
        );
      }
    }
  }
}

function drawWeather(random: SeededRandom): Weather {
  return {
    lossRate: random.pick([0, 0.02, 0.1, 0.25]),
    repeatRate: random.pick([0, 0.05, 0.3]),
    delayMaxMs: random.pick([2, 10, 30]),
    crashEveryMs: random.pick([500, 1500, 4000, 100_000]),
    partitionEveryMs: random.pick([1500, 4000, 10_000, 100_000]),
    snapshotEveryMs: random.pick([100, 500, 3000]),
    powerCutRate: random.pick([0, 0.5, 1]),
    regicideRate: random.pick([0, 0.3, 0.9]),
    timing: random.chance(0.7) ? HASTY : DEFAULT_TIMING,
  };
}
