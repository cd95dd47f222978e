/** Steps of a sparkline, and how long each is: the last fifteen minutes. */
export const SPARKLINE_STEPS = 30;
export const SPARKLINE_STEP_MS = 30_000;

/** The last values of a series in even steps; a step without a sample stays empty. */
export class Sparkline {
  readonly #steps = new Map<number, number | null>();

  /** The last value of a step stands for it. */
  record(at: number, value: number | null): void {
    this.#steps.set(stepOf(at), value);
    const oldest = stepOf(at) - SPARKLINE_STEPS;
    for (const step of this.#steps.keys()) {
      if (step <= oldest) {
        this.#steps.delete(step);
      }
    }
  }

  /** Oldest first, up to the step of `now`. */
  values(now: number): (number | null)[] {
    const last = stepOf(now);
    return Array.from(
      { length: SPARKLINE_STEPS },
      (_, index) => this.#steps.get(last - SPARKLINE_STEPS + 1 + index) ?? null,
    );
  }
}

function stepOf(at: number): number {
  return Math.floor(at / SPARKLINE_STEP_MS);
}
