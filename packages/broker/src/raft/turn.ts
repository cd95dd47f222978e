import { diskAllowance, SYNCS_OF_A_CANDIDATE, SYNCS_OF_A_WINNER } from './disk-pace.ts';
import type { Moment, RaftEffect, ReportedFacts } from './raft-event.ts';
import type { RaftAnswer, RaftRequest } from './raft-messages.ts';
import type { Peer, RaftState } from './raft-state.ts';
import type { Role, WaitingFetch } from './role.ts';
import type { VoterEndpoint } from './voter-set.ts';

const NEW_PEER: Peer = { inFlight: null, notBeforeMs: 0, unanswered: 0 };

/** Of the fetch timeout: the longest pause before a node that does not answer is asked again. */
const LONGEST_PAUSE_PART = 4;

/** Eight times the time of an election is enough for a sync of more than a second. */
const MOST_DOUBLINGS = 3;

/** Of the election timeout: what a voter leaves to another whose pre-vote it has granted, once to twice. */
const YIELDED_PART = 4;

/** The part of an answer that is the same for all of them. */
export function leaderKnown({ epoch, leaderId, leaderEndpoints }: RaftState) {
  return { epoch, leaderId, leaderEndpoints };
}

/** One step in the making: the state as it becomes, and what is to be done for it. */
export class Turn {
  #state: RaftState;
  readonly effects: RaftEffect[] = [];
  readonly #moment: Moment;
  #turnedAway: readonly WaitingFetch[] = [];

  constructor(state: RaftState, moment: Moment) {
    this.#state = state;
    this.#moment = moment;
  }

  get state(): RaftState {
    return this.#state;
  }

  /** Those who waited at a leader that in this step ceased to be one. */
  get turnedAway(): readonly WaitingFetch[] {
    return this.#turnedAway;
  }

  get nowMs(): number {
    return this.#moment.nowMs;
  }

  update(changes: Partial<RaftState>): void {
    this.#state = { ...this.#state, ...changes };
  }

  /** Takes up a role. Answers to what was asked in the one before are no longer waited for. */
  become(role: Role, changes: Partial<RaftState> = {}): void {
    const former = this.#state.role;
    if (former.name === 'leader') this.#turnedAway = [...this.#turnedAway, ...former.waitingFetches];
    this.update({ ...changes, role, peers: new Map() });
  }

  /** A time from now that is once to twice `ms` away, so that no two voters go on doing the same at once. */
  jittered(ms: number): number {
    return this.nowMs + ms + Math.floor(this.#moment.chance() * ms);
  }

  /** A time from now that is less than `ms` away. */
  soonAfter(ms: number): number {
    return this.nowMs + Math.floor(this.#moment.chance() * ms);
  }

  /** How much longer than their time things may take, after elections that led to nothing: disks or nodes are slow. */
  get leniency(): number {
    return 2 ** Math.min(this.#state.lostElections, MOST_DOUBLINGS);
  }

  /** When an election is over that begins now; votes are on disk before they are given. */
  electionDeadline(): number {
    const { identity } = this.#state;
    return this.jittered(identity.timing.electionTimeoutMs * this.leniency) + diskAllowance(this.#state);
  }

  /** When a leader that is silent from now on is given up. Followers of one leader must not all do that at once. */
  fetchDeadline(): number {
    const { fetchTimeoutMs } = this.#state.identity.timing;
    return this.nowMs + fetchTimeoutMs + Math.floor((this.#moment.chance() * fetchTimeoutMs) / 8);
  }

  /** A time from now after an election that led to nothing; it grows with every one. */
  backedOff(): number {
    const { retryBackoffMs, electionBackoffMaxMs } = this.#state.identity.timing;
    const growing = retryBackoffMs * 2 ** Math.min(this.#state.lostElections + 2, 20);
    const most = Math.min(electionBackoffMaxMs, growing);
    const winnersMs = diskAllowance(this.#state, SYNCS_OF_A_WINNER);
    return this.nowMs + retryBackoffMs + winnersMs + Math.floor(this.#moment.chance() * most);
  }

  /** How long another voter has to be elected before this one stands: it asks for votes when its own is on disk. */
  yieldedUntil(): number {
    const { electionTimeoutMs } = this.#state.identity.timing;
    return this.jittered(electionTimeoutMs / YIELDED_PART) + diskAllowance(this.#state, SYNCS_OF_A_CANDIDATE);
  }

  emit(effect: RaftEffect): void {
    this.effects.push(effect);
  }

  emitFirst(effect: RaftEffect): void {
    this.effects.unshift(effect);
  }

  report(text: string, about: ReportedFacts = {}): void {
    this.emit({ kind: 'report', text, about });
  }

  answer(requestId: number, response: RaftAnswer): void {
    this.emit({ kind: 'reply', requestId, response });
  }

  refuse(requestId: number, errorCode: number): void {
    this.emit({ kind: 'reply', requestId, response: { api: 'refused', errorCode } });
  }

  canSendTo(id: number): boolean {
    const { inFlight, notBeforeMs } = this.#peer(id);
    return inFlight === null && notBeforeMs <= this.nowMs;
  }

  /** False where a request to the node is under way, or one has just failed. */
  send(
    to: { readonly id: number; readonly endpoints: readonly VoterEndpoint[] },
    request: RaftRequest,
  ): boolean {
    if (!this.canSendTo(to.id)) return false;
    const requestId = this.#state.lastRequestId + 1;
    this.update({ lastRequestId: requestId });
    const expiresMs = this.nowMs + this.#state.identity.timing.requestTimeoutMs;
    this.#setPeer(to.id, { ...this.#peer(to.id), inFlight: { requestId, expiresMs }, notBeforeMs: 0 });
    this.emit({ kind: 'send', to: to.id, endpoints: to.endpoints, requestId, request });
    return true;
  }

  /** Whether it is the answer that is waited for. */
  takesAnswer(from: number, requestId: number): boolean {
    return this.#state.peers.get(from)?.inFlight?.requestId === requestId;
  }

  /** The node has answered, and may be asked again after a pause. */
  release(id: number, { pauseMs }: { readonly pauseMs: number }): void {
    this.#setPeer(id, { inFlight: null, notBeforeMs: this.nowMs + pauseMs, unanswered: 0 });
  }

  /** The node has not answered. One that is down is asked ever less often. */
  giveUpOn(id: number): void {
    const { retryBackoffMs, fetchTimeoutMs } = this.#state.identity.timing;
    const { unanswered } = this.#peer(id);
    const growing = retryBackoffMs * 2 ** Math.min(unanswered, 20);
    const pauseMs = Math.max(retryBackoffMs, Math.min(growing, fetchTimeoutMs / LONGEST_PAUSE_PART));
    this.#setPeer(id, { inFlight: null, notBeforeMs: this.nowMs + pauseMs, unanswered: unanswered + 1 });
  }

  #peer(id: number): Peer {
    return this.#state.peers.get(id) ?? NEW_PEER;
  }

  #setPeer(id: number, peer: Peer): void {
    this.update({ peers: new Map(this.#state.peers).set(id, peer) });
  }

  /** Ends this node's part in the quorum for good. */
  stop(reason: unknown): void {
    if (this.#state.role.name === 'stopped') return;
    this.become({ name: 'stopped', reason });
    this.emit({ kind: 'stop', reason });
  }
}
