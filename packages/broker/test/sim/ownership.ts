import type { Findings } from './findings.ts';
import type { VirtualTime } from './virtual-time.ts';

/** Who was told last that a partition is its own, in the newest generation or member epoch that is known. */
interface Claim {
  readonly memberId: string;
  readonly epoch: number;
  readonly sinceMs: number;
}

/** Whether a broker is the coordinator of a group, and does not just believe so. */
export type Coordinates = (nodeId: number, groupId: string) => boolean;

export interface Holding {
  readonly groupId: string;
  /** By their names. */
  readonly partitions: readonly string[];
  readonly memberId: string;
  /** The generation of the group, or the epoch of the member. */
  readonly epoch: number;
  /** When it was sent to which the coordinator has answered so. */
  readonly sentMs: number;
  readonly nodeId: number;
}

/** What members of groups were told to be theirs: nothing may be two members' at once. */
export class Ownership {
  readonly #findings: Findings;
  readonly #time: VirtualTime;
  readonly #coordinates: Coordinates;
  readonly #claims = new Map<string, Claim>();
  /** By group, partition and epoch: the one who had it in that epoch. */
  readonly #owners = new Map<string, string>();
  #isJudged = true;

  constructor(findings: Findings, time: VirtualTime, coordinates: Coordinates) {
    this.#findings = findings;
    this.#time = time;
    this.#coordinates = coordinates;
  }

  /** A member was told that something is its own. Whoever only believes to coordinate the group is not judged. */
  holds(told: Holding): void {
    if (!this.#coordinates(told.nodeId, told.groupId)) return;
    for (const partition of told.partitions) this.#holdsOne(`${told.groupId}/${partition}`, told);
  }

  #holdsOne(partition: string, { memberId, epoch, sentMs }: Holding): void {
    const key = `${partition} in epoch ${epoch}`;
    const owner = this.#owners.get(key) ?? memberId;
    if (owner !== memberId) this.#violate(`${key} is owned by ${owner} and by ${memberId}`);
    this.#owners.set(key, memberId);
    const claim = this.#claims.get(partition);
    if (claim !== undefined && claim.memberId !== memberId && claim.epoch > epoch && claim.sinceMs < sentMs)
      this.#violate(
        `${memberId} still has ${partition} in epoch ${epoch}, ${claim.memberId} has it since epoch ${claim.epoch}`,
      );
    if (claim === undefined || epoch >= claim.epoch) {
      const sinceMs =
        claim?.memberId === memberId && claim.epoch === epoch ? claim.sinceMs : this.#time.nowMs;
      this.#claims.set(partition, { memberId, epoch, sinceMs });
    }
  }

  /** The coordinator's memory may be gone, and no promise is broken. */
  mayBeLost(): void {
    this.#isJudged = false;
  }

  #violate(text: string): void {
    if (this.#isJudged) this.#findings.violate(text);
  }
}
