import type { SeededRandom } from '../seeded-random.ts';

/** The longest way of bytes from one machine to another while nothing is wrong. */
const LATENCY_MS_MAX = 1.5;
/** The same between machines in different places, and how many clusters are spread so. */
const FAR_MS = { least: 5, most: 80 };
const SPREAD = 0.25;

/** The ways between machines, each direction by itself, and what is wrong with them; hosts are named by address. */
export class NetworkLinks {
  readonly #random: SeededRandom;
  readonly #blocked = new Set<string>();
  readonly #slowMs = new Map<string, number>();
  /** Between machines that are far from each other, whatever else is wrong. */
  readonly #farMs = new Map<string, number>();
  readonly #down = new Set<string>();
  #onOpened: () => void = () => {};

  /** `hosts`: the machines of a cluster, which may lie in one place or be spread over several. */
  constructor(random: SeededRandom, hosts: readonly string[] = []) {
    this.#random = random;
    if (hosts.length > 0 && random.chance(SPREAD)) this.#spread(hosts);
  }

  #spread(hosts: readonly string[]): void {
    for (const [index, one] of hosts.entries())
      for (const other of hosts.slice(index + 1)) {
        const farMs = this.#random.between(FAR_MS.least, FAR_MS.most);
        this.#farMs.set(wayOf(one, other), farMs);
        this.#farMs.set(wayOf(other, one), farMs);
      }
  }

  /** Told when bytes that were held up may pass again. */
  onOpened(task: () => void): void {
    this.#onOpened = task;
  }

  /** From now on nothing passes from one to the other; what is under way waits, as a sender that tries again. */
  block(from: string, to: string): void {
    this.#blocked.add(wayOf(from, to));
  }

  /** Bytes between two hosts take up to so much longer, both ways. */
  slow(one: string, other: string, extraMs: number): void {
    this.#slowMs.set(wayOf(one, other), extraMs);
    this.#slowMs.set(wayOf(other, one), extraMs);
  }

  mendAll(): void {
    this.#blocked.clear();
    this.#slowMs.clear();
    this.#onOpened();
  }

  /** A machine without power answers nothing. */
  hostIsDown(host: string, isDown: boolean): void {
    if (isDown) this.#down.add(host);
    else this.#down.delete(host);
  }

  isDown(host: string): boolean {
    return this.#down.has(host);
  }

  isBlocked(from: string, to: string): boolean {
    return this.#blocked.size > 0 && this.#blocked.has(wayOf(from, to));
  }

  /** How long the next bytes are under way. */
  latencyMs(from: string, to: string): number {
    if (this.#slowMs.size + this.#farMs.size === 0) return this.#random.fraction() * LATENCY_MS_MAX;
    const way = wayOf(from, to);
    const extraMs = (this.#slowMs.get(way) ?? 0) + (this.#farMs.get(way) ?? 0);
    return this.#random.fraction() * (LATENCY_MS_MAX + extraMs);
  }
}

function wayOf(from: string, to: string): string {
  return `${from}>${to}`;
}
