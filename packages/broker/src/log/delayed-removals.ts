import type { Timer } from '../runtime/clock.ts';
import type { LogEnvironment } from './log-environment.ts';

interface RemovalEnvironment extends Pick<LogEnvironment, 'clock' | 'disk' | 'logger'> {
  /** Where the files may still be open. */
  readonly files?: LogEnvironment['files'];
}

/** Files and directories that were renamed out of the way and are removed when nobody can be reading them. */
export class DelayedRemovals {
  readonly #environment: RemovalEnvironment;
  readonly #timers = new Set<Timer>();

  constructor(environment: RemovalEnvironment) {
    this.#environment = environment;
  }

  /** Removes all at `paths` after `delayMs`. */
  add(paths: readonly string[], delayMs: number): void {
    const timer = this.#environment.clock.after(delayMs, () => {
      this.#timers.delete(timer);
      void this.#remove(paths);
    });
    this.#timers.add(timer);
  }

  /** What still waits stays where it is; it is known by its name and removed at the next start. */
  cancel(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }

  async #remove(paths: readonly string[]): Promise<void> {
    const { disk, files, logger } = this.#environment;
    try {
      for (const path of paths) {
        await files?.forget(path);
        await disk.removeDirectory(path);
      }
    } catch (error) {
      // Nothing depends on it being gone; the next start tries again.
      logger.warn({ paths, error }, 'Deleted files could not be removed');
    }
  }
}
