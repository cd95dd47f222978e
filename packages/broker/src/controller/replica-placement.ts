import type { BrokerImage } from '../metadata/metadata-image.ts';
import type { Random } from '../runtime/random.ts';

export type Placement =
  | { readonly kind: 'placed'; readonly assignments: readonly (readonly number[])[] }
  | { readonly kind: 'impossible'; readonly message: string };

/**
 * Spreads partitions over brokers as Kafka does: leaders go round the racks and, within a rack, round its brokers;
 * the other replicas take the next racks in turn; fenced brokers are used only where a rack has no other left. After
 * as many partitions as there are live brokers the order is drawn anew, so that the same brokers do not always
 * follow one another.
 */
export function placeReplicas(
  brokers: Iterable<BrokerImage>,
  wanted: { readonly partitions: number; readonly replicationFactor: number },
  random: Random,
): Placement {
  const { partitions, replicationFactor } = wanted;
  const racks = new RackList([...brokers], random);
  if (replicationFactor <= 0) {
    return impossible(
      `Invalid replication factor ${replicationFactor}: the replication factor must be positive.`,
    );
  }
  if (racks.liveCount === 0) {
    return impossible('All brokers are currently fenced, or have all their log directories cordoned.');
  }
  if (replicationFactor > racks.brokerCount) {
    return impossible(
      `The target replication factor of ${replicationFactor} cannot be reached because only ${racks.brokerCount} broker(s) are registered or some brokers have all their log directories cordoned.`,
    );
  }
  return {
    kind: 'placed',
    assignments: Array.from({ length: partitions }, () => racks.nextAssignment(replicationFactor)),
  };
}

function impossible(message: string): Placement {
  return { kind: 'impossible', message };
}

/** Brokers that are handed out one after another, each once per round, every round beginning one further on. */
class Rotation {
  #brokers: readonly number[];
  #handedOut = 0;
  #start: number;
  #round = 0;

  constructor(brokers: readonly number[], random: Random) {
    this.#brokers = [...brokers].sort((left, right) => left - right);
    this.#start = brokers.length === 0 ? 0 : random.uint32() % brokers.length;
  }

  shuffle(random: Random): void {
    this.#brokers = shuffled(this.#brokers, random);
  }

  /** Null once every broker was handed out in this round. */
  next(round: number): number | null {
    if (this.#brokers.length === 0) return null;
    if (round !== this.#round) {
      this.#round = round;
      this.#handedOut = 0;
      this.#start = (this.#start + 1) % this.#brokers.length;
    }
    if (this.#handedOut >= this.#brokers.length) return null;
    const index = (this.#start + this.#handedOut++) % this.#brokers.length;
    return this.#brokers[index] ?? null;
  }
}

interface Rack {
  readonly live: Rotation;
  readonly fenced: Rotation;
}

class RackList {
  readonly brokerCount: number;
  readonly liveCount: number;
  readonly #random: Random;
  #racks: readonly Rack[];
  #round = 0;
  #first: number;

  constructor(brokers: readonly BrokerImage[], random: Random) {
    this.#random = random;
    this.brokerCount = brokers.length;
    this.liveCount = brokers.filter(isLive).length;
    const names = [...new Set(brokers.map(({ rack }) => rack ?? ''))].sort();
    this.#racks = names.map((name) => {
      const members = brokers.filter(({ rack }) => (rack ?? '') === name);
      return {
        live: new Rotation(
          members.filter(isLive).map(({ id }) => id),
          random,
        ),
        fenced: new Rotation(
          members.filter((broker) => !isLive(broker)).map(({ id }) => id),
          random,
        ),
      };
    });
    this.#first = names.length === 0 ? 0 : random.uint32() % names.length;
  }

  nextAssignment(replicationFactor: number): number[] {
    if (this.#round === this.liveCount && this.liveCount > 1) {
      this.#shuffle();
      this.#round = 0;
    }
    const first = this.#first % this.#racks.length;
    const leader = this.#nextLeader(first);
    const replicas = [leader.broker];
    let skip: number | null = leader.rack;
    for (let index = first; replicas.length < replicationFactor; index = (index + 1) % this.#racks.length) {
      if (index === skip) {
        // The leader's rack had its turn; from now on it is one like the others.
        skip = null;
        continue;
      }
      const rack = this.#racks[index];
      const broker = rack?.live.next(this.#round) ?? rack?.fenced.next(this.#round) ?? null;
      if (broker !== null) replicas.push(broker);
    }
    this.#round++;
    this.#first = first + 1;
    return replicas;
  }

  /** The first rack, from the given one on, that still has a live broker; there is one in every round. */
  #nextLeader(first: number): { rack: number; broker: number } {
    for (let rack = first; ; rack = (rack + 1) % this.#racks.length) {
      const broker = this.#racks[rack]?.live.next(this.#round) ?? null;
      if (broker !== null) return { rack, broker };
    }
  }

  #shuffle(): void {
    this.#racks = shuffled(this.#racks, this.#random);
    for (const { live, fenced } of this.#racks) {
      live.shuffle(this.#random);
      fenced.shuffle(this.#random);
    }
  }
}

function isLive(broker: BrokerImage): boolean {
  return !broker.isFenced;
}

function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
  const left = [...items];
  const drawn: Item[] = [];
  while (left.length > 0) {
    drawn.push(...left.splice(random.uint32() % left.length, 1));
  }
  return drawn;
}
