import { crc32c } from '../../src/protocol/crc32c.ts';

const KEPT_LINES = 400;

/** What happened in a simulation, as a hash over all of it and the last lines in words. */
export class Trace {
  readonly #lines: string[] = [];
  #low = 0x811c9dc5;
  #high = 0x01000193;
  #count = 0;

  event(atMs: number, label: string): void {
    this.#count += 1;
    this.#mixText(label);
    this.#mix(Math.round(atMs * 1000) | 0);
    this.#lines.push(`${atMs.toFixed(3)} ${label}`);
    if (this.#lines.length > 2 * KEPT_LINES) this.#lines.splice(0, KEPT_LINES);
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
    return this.#lines.slice(-count);
  }

  #mixText(text: string): void {
    for (let at = 0; at < text.length; at++) this.#mix(text.charCodeAt(at));
  }

  #mix(value: number): void {
    this.#low = Math.imul(this.#low ^ value, 0x01000193);
    this.#high = Math.imul(this.#high ^ (this.#low >>> 7), 0x85ebca6b) + value;
  }
}
