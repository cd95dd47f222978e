/** One partition and where its replicas are, the preferred leader first. */
export interface PartitionReplicas {
  readonly topic: string;
  readonly partition: number;
  readonly replicas: readonly number[];
}

export interface TargetBroker {
  readonly id: number;
  readonly rack: string | null;
}

export interface PlannedMove extends PartitionReplicas {
  readonly before: readonly number[];
}

/**
 * Where replicas have to move so that only the target brokers hold them, each about as many as any other and each
 * the preferred leader of about as many partitions. Replicas that lie well stay: a move costs a copy of the log.
 * Only partitions that change are in the answer, in the order given.
 */
export function planAssignment(
  partitions: readonly PartitionReplicas[],
  targets: readonly TargetBroker[],
  replicationFactor: number | null,
): PlannedMove[] {
  const board = new Board(targets);
  for (const { replicas } of partitions) {
    const count = Math.min(replicationFactor ?? replicas.length, targets.length);
    board.add(replicas, count);
  }
  board.fill();
  board.level();
  board.levelLeaders();
  return partitions.flatMap(({ topic, partition, replicas }, index) => {
    const after = board.replicasOf(index);
    const isSame = after.length === replicas.length && after.every((id, at) => id === replicas[at]);
    return isSame ? [] : [{ topic, partition, before: replicas, replicas: after }];
  });
}

/** In place of a broker's id. */
const GAP = -1;

/** The assignment while it is being made, with what each broker holds of it. */
class Board {
  readonly #racks: ReadonlyMap<number, string | null>;
  readonly #held: Map<number, number>;
  readonly #leads: Map<number, number>;
  readonly #rows: { replicas: number[] }[] = [];

  constructor(targets: readonly TargetBroker[]) {
    this.#racks = new Map(targets.map(({ id, rack }) => [id, rack]));
    this.#held = new Map(targets.map(({ id }) => [id, 0]));
    this.#leads = new Map(targets.map(({ id }) => [id, 0]));
  }

  replicasOf(index: number): readonly number[] {
    return this.#rows[index]?.replicas ?? [];
  }

  /** A partition that is to have `count` replicas. Those on brokers that are no target leave a gap where they were. */
  add(replicas: readonly number[], count: number): void {
    const row = replicas.map((id) => (this.#racks.has(id) ? id : GAP));
    while (row.length > count) row.splice(row.includes(GAP) ? row.lastIndexOf(GAP) : -1, 1);
    while (row.length < count) row.push(GAP);
    this.#rows.push({ replicas: row });
    for (const id of row) if (id !== GAP) add(this.#held, id, 1);
  }

  /** Closes the gaps, by brokers on racks that a partition is not on yet before others. */
  fill(): void {
    for (const { replicas } of this.#rows) {
      for (let at = replicas.indexOf(GAP); at >= 0; at = replicas.indexOf(GAP)) {
        const free = [...this.#racks.keys()].filter((id) => !replicas.includes(id));
        const next = leastOf(free, (id) => [this.#neighbours(replicas, id), this.#load(id), id]);
        if (next === null) break;
        replicas[at] = next;
        add(this.#held, next, 1);
      }
    }
  }

  /** Moves replicas from the broker with most to those with at least two fewer, as long as there are such. */
  level(): void {
    const ids = [...this.#racks.keys()];
    for (const from of ids.toSorted((left, right) => this.#load(right) - this.#load(left))) {
      for (const row of this.#rows) {
        const at = row.replicas.lastIndexOf(from);
        if (at < 0) continue;
        const others = row.replicas.filter((id) => id !== from);
        const better = ids.filter(
          (id) =>
            !row.replicas.includes(id) &&
            this.#load(id) + 2 <= this.#load(from) &&
            this.#neighbours(others, id) <= this.#neighbours(others, from),
        );
        const to = leastOf(better, (id) => [this.#load(id), id]);
        if (to === null) continue;
        row.replicas[at] = to;
        add(this.#held, from, -1);
        add(this.#held, to, 1);
      }
    }
  }

  /** Puts another replica first where that evens out who is preferred to lead; no log is copied for it. */
  levelLeaders(): void {
    for (const { replicas } of this.#rows) if (replicas[0] !== undefined) add(this.#leads, replicas[0], 1);
    for (let hasMoved = true; hasMoved; ) {
      hasMoved = false;
      for (const row of this.#rows) {
        const [first] = row.replicas;
        if (first === undefined) continue;
        const next = leastOf(row.replicas, (id) => [this.#leads.get(id) ?? 0, id]);
        if (next === null || (this.#leads.get(next) ?? 0) + 2 > (this.#leads.get(first) ?? 0)) continue;
        row.replicas = [next, ...row.replicas.filter((id) => id !== next)];
        add(this.#leads, first, -1);
        add(this.#leads, next, 1);
        hasMoved = true;
      }
    }
  }

  #load(id: number): number {
    return this.#held.get(id) ?? 0;
  }

  /** How many of the replicas are on the same rack; brokers without one have no neighbours. */
  #neighbours(replicas: readonly number[], id: number): number {
    const rack = this.#racks.get(id) ?? null;
    return rack === null ? 0 : replicas.filter((other) => this.#racks.get(other) === rack).length;
  }
}

function add(counts: Map<number, number>, id: number, change: number): void {
  counts.set(id, (counts.get(id) ?? 0) + change);
}

/** The candidate whose key comes first, compared number by number; null when there is none. */
function leastOf(candidates: readonly number[], keyOf: (id: number) => readonly number[]): number | null {
  let least: { readonly id: number; readonly key: readonly number[] } | null = null;
  for (const id of candidates) {
    const key = keyOf(id);
    if (least === null || isBefore(key, least.key)) least = { id, key };
  }
  return least?.id ?? null;
}

function isBefore(left: readonly number[], right: readonly number[]): boolean {
  for (const [index, value] of left.entries()) {
    const other = right[index] ?? 0;
    if (value !== other) return value < other;
  }
  return false;
}
