import type { RaftEffect } from '../../src/raft/raft-event.ts';
import type { RaftResponse } from '../../src/raft/raft-messages.ts';
import { DEFAULT_TIMING, type RaftState } from '../../src/raft/raft-state.ts';
import type { BootstrapServer } from '../../src/raft/voter-set.ts';
import { SeededRandom } from '../seeded-random.ts';
import { Agenda } from './agenda.ts';
import { MACHINE } from './machine.ts';
import { Replica } from './replica.ts';
import { ReplicaDisk } from './replica-disk.ts';
import { describeRequest, describeResponse, describeState } from './story-words.ts';
import { CLUSTER_ID, directoryOf, PORT_OF_NODE_0, voterNode } from './test-nodes.ts';

interface StoryNode {
  readonly id: number;
  disk: ReplicaDisk;
  clusterId: string;
  directoryId: string;
  replica: Replica | null;
  incarnation: number;
  /** What the disk was asked for and has not done. */
  held: (() => void)[] | null;
}

interface Message {
  readonly from: number;
  readonly to: number;
  readonly words: string;
  deliver(): void;
}

/**
 * Nodes, a clock, and messages that go only when the story says so. Disks are done at once unless they are held.
 * A node's chance is its id in hundredths, so that node 1 is always the first to lose patience.
 */
export class QuorumStory {
  readonly #agenda = new Agenda();
  readonly #nodes = new Map<number, StoryNode>();
  readonly #cut = new Set<number>();
  readonly #closed = new Set<string>();
  #voters: number[] = [];
  /** Who is told where controllers are, and not which of them vote. */
  readonly #strangers: number[] = [];
  #messages: Message[] = [];
  /** Messages that are late, however often they are delivered. */
  readonly #aside: Message[] = [];
  #lines: string[] = [];
  #lastRequest = 0;

  tell(line: string): void {
    const [verb = '', ...words] = line.split(' ');
    switch (verb) {
      case 'voters':
      case 'observers':
      case 'strangers':
        if (verb === 'voters') this.#voters = words.map(Number);
        if (verb === 'strangers') this.#strangers.push(...words.map(Number));
        for (const id of words.map(Number)) this.#add(id);
        break;
      case 'begin':
        this.#begin(words.map(Number));
        break;
      case 'time':
        this.#agenda.runUntil(this.#agenda.nowMs + Number(words[0]));
        break;
      case 'run':
        this.#run(Number(words[0]));
        break;
      case 'deliver':
        this.#deliver(words);
        break;
      case 'drop':
        this.#messages = this.#messages.filter((message) => !isOn(message, words));
        break;
      case 'set-aside':
        this.#aside.push(...this.#messages.filter((message) => isOn(message, words)));
        this.#messages = this.#messages.filter((message) => !isOn(message, words));
        break;
      case 'bring-back':
        this.#messages.push(...this.#aside);
        break;
      case 'hold-path':
        for (const path of words) this.#closed.add(path);
        break;
      case 'open-path':
        for (const path of words) this.#closed.delete(path);
        break;
      case 'show':
        for (const { id, replica, disk } of this.#nodes.values()) {
          const state = replica === null ? 'down' : describeState(replica.state);
          this.#lines.push(
            `${id}: ${state}, log ${disk.entries.map(({ epoch }) => epoch).join('') || 'empty'}`,
          );
        }
        break;
      default:
        this.#act(verb, words);
    }
  }

  takeLines(): string[] {
    return this.#lines.splice(0);
  }

  /** A quorum that has just elected its first node, which is told elsewhere. */
  #begin(ids: readonly number[]): void {
    this.#voters = [...ids];
    for (const id of ids) this.#add(id);
    for (const id of ids) this.#start(this.#node(id));
    this.#run(1010);
    this.#lines = ids.map((id) => `${id} is ${describeState(this.#stateOf(id))}`);
  }

  #stateOf(id: number): RaftState {
    const { replica } = this.#node(id);
    if (replica === null) throw new Error(`node ${id} is down`);
    return replica.state;
  }

  /** Time in which every message arrives at once. */
  #run(ms: number): void {
    for (let left = ms; left > 0; left--) {
      this.#deliver([]);
      this.#agenda.runUntil(this.#agenda.nowMs + 1);
    }
    this.#deliver([]);
  }

  #act(verb: string, [first = '', ...rest]: string[]): void {
    const node = this.#node(Number(first));
    switch (verb) {
      case 'append':
        for (const value of rest) {
          node.replica?.handle({ kind: 'append', bytes: Buffer.from(value), count: 1 });
        }
        break;
      case 'cut':
        this.#cut.add(node.id);
        break;
      case 'join':
        this.#cut.delete(node.id);
        break;
      case 'hold':
        node.held = [];
        break;
      case 'release':
        this.#release(node);
        break;
      case 'end':
      case 'power-cut':
        this.#end(node, verb === 'power-cut');
        break;
      case 'start':
        this.#start(node);
        break;
      case 'resign':
        node.replica?.handle({ kind: 'resign' });
        break;
      case 'snapshot':
        node.replica?.snapshot({ isTrimming: true });
        break;
      case 'foreign':
        node.clusterId = 'OTHERAAAAAAAAAAAAAAAAQ';
        break;
      case 'lost':
        node.disk = new ReplicaDisk();
        break;
      case 'emptied':
        node.disk = new ReplicaDisk();
        node.directoryId = directoryOf(90 + node.id);
        break;
      default:
        throw new Error(`no command ${verb}`);
    }
  }

  #add(id: number): void {
    const node: StoryNode = {
      id,
      disk: new ReplicaDisk(),
      clusterId: CLUSTER_ID,
      directoryId: directoryOf(id),
      replica: null,
      incarnation: 0,
      held: null,
    };
    this.#nodes.set(id, node);
  }

  #bootstrapServers(): BootstrapServer[] {
    return this.#voters.flatMap((id) => voterNode(id).endpoints);
  }

  #node(id: number): StoryNode {
    const node = this.#nodes.get(id);
    if (node === undefined) throw new Error(`no node ${id}`);
    return node;
  }

  #start(node: StoryNode): void {
    const { id, clusterId, directoryId, disk } = node;
    const incarnation = ++node.incarnation;
    const replica = new Replica(
      {
        clusterId,
        self: { ...voterNode(id), directoryId },
        voters: this.#strangers.includes(id) ? [] : this.#voters.map(voterNode),
        bootstrapServers: this.#strangers.includes(id) ? this.#bootstrapServers() : [],
        timing: DEFAULT_TIMING,
      },
      disk,
      {
        machine: MACHINE,
        random: new SeededRandom(id, 0),
        chance: () => id / 100,
        nowMs: () => this.#agenda.nowMs,
        diskMs: () => 0,
        batchesAtOnce: () => 1000,
        after: (_, task) => {
          const unlessEnded = (): void => {
            if (node.incarnation === incarnation && node.replica !== null) task();
          };
          if (node.held === null) this.#agenda.now(unlessEnded);
          else node.held.push(unlessEnded);
        },
        send: (message) => this.#send(node, message),
        reply: (requestId, response) => this.#answers.get(requestId)?.(response),
        seen: (effect) => this.#seen(id, effect),
        stepped: (before) => this.#stepped(node, before, replica),
      },
    );
    node.replica = replica;
    replica.start();
    this.#agenda.settle();
  }

  readonly #answers = new Map<number, (response: RaftResponse) => void>();
  /** Requests that a node has and has not answered: with a process end their connections. */
  readonly #open = new Map<number, { readonly to: number; readonly lose: () => void }>();

  #send(
    sender: StoryNode,
    { to: peer, endpoints, requestId, request }: Extract<RaftEffect, { kind: 'send' }>,
  ): void {
    const { id: from, incarnation } = sender;
    const to = peer < 0 ? (endpoints[0]?.port ?? 0) - PORT_OF_NODE_0 : peer;
    const take = (event: Parameters<Replica['handle']>[0]): void => {
      if (sender.incarnation === incarnation) sender.replica?.handle(event);
    };
    this.#post({
      from,
      to,
      words: describeRequest(request),
      deliver: () => {
        const { replica } = this.#node(to);
        if (replica === null) {
          take({ kind: 'unanswered', from: peer, requestId });
          return;
        }
        const inboundId = ++this.#lastRequest;
        this.#open.set(inboundId, { to, lose: () => take({ kind: 'unanswered', from: peer, requestId }) });
        this.#answers.set(inboundId, (response) => {
          this.#open.delete(inboundId);
          const deliver = (): void => take({ kind: 'response', from: peer, requestId, response });
          this.#post({ from: to, to: from, words: describeResponse(response), deliver });
        });
        replica.handle({ kind: 'request', requestId: inboundId, request });
      },
    });
  }

  #post(message: Message): void {
    this.#messages.push(message);
    this.#lines.push(`${message.from}>${message.to} ${message.words}`);
  }

  /** Everything, in the order it was sent, until nothing is under way; or only what is on the named paths now. */
  #deliver(paths: readonly string[]): void {
    if (paths.length > 0) {
      const going = this.#messages.filter((message) => isOn(message, paths));
      this.#messages = this.#messages.filter((message) => !going.includes(message));
      for (const message of going) this.#carry(message);
      return;
    }
    for (let message = this.#messages.shift(); message !== undefined; message = this.#messages.shift()) {
      this.#carry(message);
    }
  }

  #carry({ from, to, deliver }: Message): void {
    if (this.#cut.has(from) || this.#cut.has(to) || this.#closed.has(`${from}>${to}`)) return;
    deliver();
    this.#agenda.settle();
  }

  #release(node: StoryNode): void {
    const held = node.held ?? [];
    node.held = null;
    for (const task of held) task();
    this.#agenda.settle();
  }

  #end(node: StoryNode, isPowerCut: boolean): void {
    node.replica = null;
    node.held = null;
    if (isPowerCut) node.disk.powerCut({ between: (least) => least });
    else node.disk.processEnd();
    this.#lines.push(`${node.id} ${isPowerCut ? 'loses power' : 'ends'}`);
    for (const [inboundId, { to, lose }] of this.#open) {
      if (to !== node.id) continue;
      this.#open.delete(inboundId);
      if (!isPowerCut) lose();
    }
    this.#agenda.settle();
  }

  #seen(id: number, effect: RaftEffect): void {
    if (effect.kind === 'report') this.#lines.push(`${id} ${effect.text}`);
    if (effect.kind === 'stop') this.#lines.push(`${id} stops: ${String(effect.reason)}`);
    if (effect.kind === 'committed') this.#lines.push(`${id} has committed to ${effect.highWatermark}`);
    if (effect.kind === 'installSnapshot') {
      this.#lines.push(`${id} begins again behind the snapshot at ${effect.id.offset}@${effect.id.epoch}`);
    }
  }

  #stepped(node: StoryNode, before: RaftState, replica: Replica): void {
    const { state } = replica;
    if (state.role.name !== before.role.name || state.epoch !== before.epoch) {
      this.#lines.push(`${node.id} is ${describeState(state)}`);
    }
    const wakeMs = MACHINE.nextWakeMs(state, this.#agenda.nowMs);
    if (wakeMs === Infinity) return;
    this.#agenda.at(wakeMs, () => {
      if (node.replica === replica && replica.state === state) replica.handle({ kind: 'time' });
    });
  }
}

function isOn({ from, to }: Message, paths: readonly string[]): boolean {
  return paths.includes(`${from}>${to}`);
}
