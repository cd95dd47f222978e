import type { Clock, Timer } from '../runtime/clock.ts';
import { DiskError } from '../runtime/disk.ts';
import type { Logger } from '../runtime/logger.ts';
import { isPassing } from '../runtime/passing-error.ts';

const RETRY_MS = 500;

/**
 * Has work on a disk wait while that is full. Nothing that rests on it goes out before it is done, so a node that waits
 * is no worse than one that has ended, and it goes on as soon as somebody has made space.
 */
export class SpaceWait {
  readonly #clock: Clock;
  readonly #logger: Logger;
  #mayWait: boolean;
  #waiting: { readonly timer: Timer; readonly goOn: () => void } | null = null;

  /** With `mayWait` false a full disk is a failure like any other. */
  constructor({ clock, logger }: { clock: Clock; logger: Logger }, { mayWait }: { mayWait: boolean }) {
    this.#clock = clock;
    this.#logger = logger;
    this.#mayWait = mayWait;
  }

  /** Whether something cannot be done for want of space. */
  get isWaiting(): boolean {
    return this.#waiting !== null;
  }

  /** Does `work`, one at a time, again and again until there is space for it. It must leave nothing half done. */
  async doing(what: string, work: () => Promise<void>): Promise<void> {
    for (let hasSaidSo = false; ; hasSaidSo = true) {
      try {
        await work();
        return;
      } catch (error) {
        if (!(error instanceof DiskError && isPassing(error) && this.#mayWait)) throw error;
        if (!hasSaidSo)
          this.#logger.warn({ code: error.code, what }, 'the metadata quorum waits for space on its disk');
      }
      await this.#untilRetry();
    }
  }

  /** Whoever waits tries once more, and then fails. */
  stopWaiting(): void {
    this.#mayWait = false;
    this.#waiting?.timer.cancel();
    this.#waiting?.goOn();
  }

  #untilRetry(): Promise<void> {
    return new Promise((resolve) => {
      const goOn = () => {
        this.#waiting = null;
        resolve();
      };
      this.#waiting = { timer: this.#clock.after(RETRY_MS, goOn), goOn };
    });
  }
}
