import type { RaftEffect, RaftEvent } from '../../src/raft/raft-event.ts';
import type { RaftRequest } from '../../src/raft/raft-messages.ts';
import type { Agenda } from './agenda.ts';
import type { Machine } from './machine.ts';
import type { Replica } from './replica.ts';
import { ReplicaDisk } from './replica-disk.ts';

/** A node of a quorum at virtual time. */
export class ReplicaNode {
  readonly id: number;
  readonly disk = new ReplicaDisk();
  /** How often it was started. */
  incarnation = 0;
  /** Null while it is down. */
  replica: Replica | null = null;

  constructor(id: number) {
    this.id = id;
  }

  /** Goes on when the state that its last step led to wants it, unless a later step has set a time of its own. */
  wakeInTime(machine: Machine, agenda: Agenda): void {
    const state = this.replica?.state;
    if (state === undefined) return;
    const wakeMs = machine.nextWakeMs(state, agenda.nowMs);
    if (wakeMs === Infinity) return;
    agenda.at(wakeMs, () => {
      if (this.replica?.state === state) this.replica.handle({ kind: 'time' });
    });
  }
}

/** A request on its way, and who waits for its answer. */
export class AskedRequest {
  readonly from: ReplicaNode;
  readonly to: number;
  readonly request: RaftRequest;
  /** By which the one who asked knows it. */
  readonly requestId: number;
  readonly #incarnation: number;

  constructor(from: ReplicaNode, { to, requestId, request }: Extract<RaftEffect, { kind: 'send' }>) {
    this.from = from;
    this.to = to;
    this.request = request;
    this.requestId = requestId;
    this.#incarnation = from.incarnation;
  }

  /** Tells the one who asked. A connection ends with the process that held it. */
  tell(event: RaftEvent): void {
    if (this.from.incarnation === this.#incarnation) this.from.replica?.handle(event);
  }

  tellUnanswered(): void {
    this.tell({ kind: 'unanswered', from: this.to, requestId: this.requestId });
  }
}
