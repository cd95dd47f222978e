import { crc32c } from '../../src/protocol/crc32c.ts';

const KEPT_LINES = 512;

/** What happened in a simulation: a hash over its times and bytes, and the last lines in words. */
export class Trace {
  readonly #times = new Float64Array(KEPT_LINES);
  readonly #labels = new Array<string>(KEPT_LINES).fill('');
  readonly #notes: string[] = [];
  #low = 0x811c9dc5;
  #high = 0x01000193;
  #count = 0;

  event(atMs: number, label: string): void {
    const at = this.#count % KEPT_LINES;
    this.#times[at] = atMs;
    this.#labels[at] = label;
    this.#count += 1;
    // Who looks at its characters makes the label; the time is drawn, and so nearly as good as a name.
    this.#mix(label.length);
    this.#mix(Math.round(atMs * 1000) | 0);
  }

  /** An event that is kept for good: what somebody reads who wants to know how it came to this. */
  note(atMs: number, text: string): void {
    this.event(atMs, text);
    this.#notes.push(`${atMs.toFixed(3)} ${text}`);
  }

  get notes(): readonly string[] {
    return this.#notes;
  }

  /** Takes bytes that were written, sent or answered into the hash. */
  bytes(bytes: Uint8Array): void {
    this.#mix(crc32c(bytes) | 0);
  }

  get events(): number {
    return this.#count;
  }

  /** Equal for two runs in which the same happened at the same time. */
  get hash(): string {
    return [this.#high, this.#low].map((lane) => (lane >>> 0).toString(16).padStart(8, '0')).join('');
  }

  last(count: number): readonly string[] {
    const first = Math.max(0, this.#count - Math.min(count, KEPT_LINES));
    return Array.from({ length: this.#count - first }, (_, index) => {
      const at = (first + index) % KEPT_LINES;
      return `${this.#times[at]?.toFixed(3)} ${this.#labels[at]}`;
    });
  }

  #mix(value: number): void {
    this.#low = Math.imul(this.#low ^ value, 0x01000193);
    this.#high = Math.imul(this.#high ^ (this.#low >>> 7), 0x85ebca6b) + value;
  }
}
