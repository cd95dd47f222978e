/** How long bytes are counted for a judgement. */
const WINDOW_MS = 20;

/** Sixteen megabytes a second: well beyond any load for which a millisecond counts. */
const FAST_BYTES_PER_MS = 16_000;

/** Whether bytes come fast, by those of the last moments. Times are monotonic milliseconds. */
export class GrowthPace {
  #begunMs = Number.NEGATIVE_INFINITY;
  #bytes = 0;
  #isFast = false;

  get isFast(): boolean {
    return this.#isFast;
  }

  note(bytes: number, nowMs: number): void {
    this.#bytes += bytes;
    const passedMs = nowMs - this.#begunMs;
    if (passedMs < WINDOW_MS) return;
    this.#isFast = this.#bytes / passedMs >= FAST_BYTES_PER_MS;
    this.#bytes = 0;
    this.#begunMs = nowMs;
  }
}
