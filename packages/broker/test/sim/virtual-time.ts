import type { SeededRandom } from '../seeded-random.ts';
import type { Trace } from './trace.ts';

/** Something that is to happen; it can be called off until it does. */
export interface Scheduled {
  cancel(): void;
}

interface Entry {
  readonly dueMs: number;
  /** Drawn, so that what falls on one moment happens in an order that differs from seed to seed. */
  readonly tie: number;
  readonly sequence: number;
  readonly label: string;
  task: (() => void) | null;
}

/** So many events may pass before the real event loop gets its turn, and with it whoever hears of unhandled rejections. */
const EVENTS_PER_TURN = 64;

/**
 * The one queue of everything that happens in a simulation, in the order of virtual time. Between two events every
 * promise that the first one settled has run its course.
 */
export class VirtualTime {
  readonly #random: SeededRandom;
  readonly #trace: Trace;
  readonly #heap: Entry[] = [];
  #nowMs = 0;
  #sequence = 0;

  constructor(random: SeededRandom, trace: Trace) {
    this.#random = random;
    this.#trace = trace;
  }

  /** Milliseconds since the simulation began. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** Runs `task` in `delayMs`, as an event of its own; `label` names it in the trace. */
  after(delayMs: number, label: string, task: () => void): Scheduled {
    const dueMs = this.#nowMs + Math.max(0, delayMs);
    this.#sequence += 1;
    const entry: Entry = { dueMs, tie: this.#random.below(2 ** 32), sequence: this.#sequence, label, task };
    this.#push(entry);
    return {
      cancel: () => {
        entry.task = null;
      },
    };
  }

  /** Lets events happen until `isOver` says so, looked at between two of them, or until `untilMs`. */
  async run(untilMs: number, isOver: () => boolean): Promise<void> {
    for (let events = 0; !isOver(); ) {
      const next = this.#heap[0];
      if (next === undefined || next.dueMs > untilMs) break;
      this.#pop();
      const { task, dueMs, label } = next;
      if (task === null) continue;
      this.#nowMs = dueMs;
      this.#trace.event(dueMs, label);
      task();
      await (events % EVENTS_PER_TURN === 0 ? turnOfLoop() : allSettled());
      events += 1;
    }
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !isBefore(entry, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const left = heap[2 * at + 1];
      const right = heap[2 * at + 2];
      if (left === undefined) break;
      const isRight = right !== undefined && isBefore(right, left);
      const child = isRight ? right : left;
      if (!isBefore(child, last)) break;
      heap[at] = child;
      at = 2 * at + (isRight ? 2 : 1);
    }
    heap[at] = last;
  }
}

function isBefore(left: Entry, right: Entry): boolean {
  if (left.dueMs !== right.dueMs) return left.dueMs < right.dueMs;
  return left.tie === right.tie ? left.sequence < right.sequence : left.tie < right.tie;
}

function turnOfLoop(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

/** Called while promises run their course, for what is due next comes when none has anything left to do. */
function allSettled(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
