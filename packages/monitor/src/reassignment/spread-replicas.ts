/** A broker that replicas may be put on. */
export interface TargetBroker {
  readonly id: number;
  readonly rack: string | null;
}

export interface SpreadGoal {
  readonly brokers: readonly TargetBroker[];
  /** Null: each partition keeps as many replicas as it has. */
  readonly replicationFactor: number | null;
}

/**
 * New replicas for each partition, given its present ones, in the order given: on the brokers of the goal only, evenly,
 * each broker first replica of about as many as any other, and no two in one rack while another rack has room. What can
 * stay stays: a replica moves only off a broker that is to be emptied, or to one that has at least two fewer. No
 * partition may be asked to have more replicas than there are brokers.
 */
export function spreadReplicas(
  partitions: readonly (readonly number[])[],
  { brokers, replicationFactor }: SpreadGoal,
): number[][] {
  const spread = new Spread(brokers);
  const kept = partitions.map((replicas) => {
    const stay = replicas.filter((id) => spread.isTarget(id));
    spread.add(stay);
    return stay;
  });
  const placed = kept.map((stay, index) =>
    spread.resized(stay, partitions[index] ?? [], replicationFactor ?? partitions[index]?.length ?? 1),
  );
  // Each pass moves at most one replica of a partition, and makes room for the next; it ends when nothing moves.
  for (let pass = 0; pass < PASSES_MAX; pass += 1) {
    const moved = placed.filter((replicas) => spread.even(replicas));
    if (moved.length === 0) break;
  }
  return spread.withEvenLeaders(placed);
}

const PASSES_MAX = 8;

class Spread {
  readonly #racks: ReadonlyMap<number, string | null>;
  /** Replicas by broker. */
  readonly #load: Map<number, number>;

  constructor(brokers: readonly TargetBroker[]) {
    this.#racks = new Map(brokers.map(({ id, rack }) => [id, rack]));
    this.#load = new Map(brokers.map(({ id }) => [id, 0]));
  }

  isTarget(id: number): boolean {
    return this.#racks.has(id);
  }

  add(replicas: readonly number[]): void {
    for (const id of replicas) this.#change(id, 1);
  }

  /** Takes replicas off the fullest brokers, or puts some on the emptiest, in the places of those that had to go. */
  resized(stay: readonly number[], before: readonly number[], size: number): number[] {
    const replicas = [...stay];
    while (replicas.length > size) {
      const fullest = this.#fullestBesideTheFirst(replicas);
      replicas.splice(replicas.indexOf(fullest), 1);
      this.#change(fullest, -1);
    }
    while (replicas.length < size) {
      const id = this.#emptiest(replicas);
      if (id === undefined) throw new RangeError(`there is no broker for a replica beside ${replicas}`);
      const place = before.findIndex((old, index) => replicas[index] !== old && !this.isTarget(old));
      replicas.splice(place < 0 ? replicas.length : place, 0, id);
      this.#change(id, 1);
    }
    return replicas;
  }

  /** Moves one replica of a partition to where it is emptier by two or more; says whether it did. */
  even(replicas: number[]): boolean {
    for (const [place, id] of replicas.entries()) {
      const others = replicas.filter((other) => other !== id);
      const candidate = this.#emptiest(replicas, others);
      const isBetter = candidate !== undefined && this.#loadOf(id) - this.#loadOf(candidate) >= 2;
      if (isBetter && this.#conflicts(candidate, others) <= this.#conflicts(id, others)) {
        replicas[place] = candidate;
        this.#change(id, -1);
        this.#change(candidate, 1);
        return true;
      }
    }
    return false;
  }

  /** Puts another replica first where a broker is first of at least two more partitions than that one's. */
  withEvenLeaders(placed: readonly number[][]): number[][] {
    const firsts = new Map<number, number>();
    const countOf = (id: number | undefined) => firsts.get(id ?? -1) ?? 0;
    for (const [first = -1] of placed) firsts.set(first, countOf(first) + 1);
    return placed.map((replicas) => {
      const [first = -1, ...rest] = replicas;
      const best = rest.toSorted((one, other) => countOf(one) - countOf(other))[0];
      if (best === undefined || countOf(first) - countOf(best) < 2) return replicas;
      firsts.set(first, countOf(first) - 1);
      firsts.set(best, countOf(best) + 1);
      return [best, first, ...rest.filter((id) => id !== best)];
    });
  }

  /** Of the brokers not taken, one with the fewest in its rack and then the fewest replicas. */
  #emptiest(taken: readonly number[], rackMates: readonly number[] = taken): number | undefined {
    let best: number | undefined;
    for (const id of this.#load.keys()) {
      if (!taken.includes(id) && (best === undefined || this.#isBetter(id, best, rackMates))) best = id;
    }
    return best;
  }

  #isBetter(id: number, best: number, rackMates: readonly number[]): boolean {
    const conflicts = this.#conflicts(id, rackMates) - this.#conflicts(best, rackMates);
    return conflicts < 0 || (conflicts === 0 && this.#loadOf(id) < this.#loadOf(best));
  }

  #fullestBesideTheFirst([, ...rest]: readonly number[]): number {
    return rest.reduce(
      (fullest, id) => (this.#loadOf(id) > this.#loadOf(fullest) ? id : fullest),
      rest[0] ?? -1,
    );
  }

  /** How many of the others are in the same rack. */
  #conflicts(id: number, others: readonly number[]): number {
    const rack = this.#racks.get(id) ?? null;
    return rack === null ? 0 : others.filter((other) => this.#racks.get(other) === rack).length;
  }

  #loadOf(id: number): number {
    return this.#load.get(id) ?? 0;
  }

  #change(id: number, by: number): void {
    this.#load.set(id, this.#loadOf(id) + by);
  }
}
