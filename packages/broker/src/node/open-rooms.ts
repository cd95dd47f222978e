import type { BrokerConfig } from '../config/config.ts';
import type { Runtime } from '../runtime/runtime.ts';

/** What was opened so far, to be closed in reverse. */
export class OpenRooms {
  readonly #closers: (() => Promise<void>)[] = [];
  #closed: Promise<void> | null = null;

  get isClosing(): boolean {
    return this.#closed !== null;
  }

  add(close: () => Promise<void>): void {
    this.#closers.push(close);
  }

  /** One room that cannot be closed in order keeps no other open; rejects with the first reason. */
  close(): Promise<void> {
    this.#closed ??= this.#closeAll();
    return this.#closed;
  }

  async #closeAll(): Promise<void> {
    const failures: unknown[] = [];
    for (const close of this.#closers.toReversed()) {
      await close().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }
}

/** What every step of the start is given. */
export interface BrokerStart {
  readonly config: BrokerConfig;
  readonly runtime: Runtime;
  readonly rooms: OpenRooms;
  /** Something that the broker cannot do without is gone. */
  readonly fail: (reason: string) => void;
  /** Rejects when nobody wants the start to go on, or it cannot: whoever waits for other nodes waits no longer. */
  readonly givenUp: Promise<never>;
}
