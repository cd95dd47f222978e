import { crc32c } from '../../src/protocol/crc32c.ts';

const KEPT_LINES = 512;
/** More labels than these are not remembered with their hashes. */
const LABELS_MAX = 50_000;

/** What happened in a simulation, as a hash over all of it and the last lines in words. */
export class Trace {
  readonly #times = new Float64Array(KEPT_LINES);
  readonly #labels = new Array<string>(KEPT_LINES).fill('');
  readonly #hashes = new Map<string, number>();
  readonly #notes: string[] = [];
  #low = 0x811c9dc5;
  #high = 0x01000193;
  #count = 0;

  event(atMs: number, label: string): void {
    const at = this.#count % KEPT_LINES;
    this.#times[at] = atMs;
    this.#labels[at] = label;
    this.#count += 1;
    this.#mix(this.#hashOf(label));
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

  #hashOf(label: string): number {
    const known = this.#hashes.get(label);
    if (known !== undefined) return known;
    let hash = 0x811c9dc5;
    for (let at = 0; at < label.length; at++) hash = Math.imul(hash ^ label.charCodeAt(at), 0x01000193);
    if (this.#hashes.size >= LABELS_MAX) this.#hashes.clear();
    this.#hashes.set(label, hash);
    return hash;
  }

  #mix(value: number): void {
    this.#low = Math.imul(this.#low ^ value, 0x01000193);
    this.#high = Math.imul(this.#high ^ (this.#low >>> 7), 0x85ebca6b) + value;
  }
}
