import type { Findings } from './findings.ts';
import type { VirtualTime } from './virtual-time.ts';

/** Who was told last that a partition is its own, in the newest generation or member epoch that is known. */
interface Claim {
  readonly memberId: string;
  readonly epoch: number;
  readonly sinceMs: number;
  /** When it sent what was answered so last. */
  readonly heardMs: number;
  /** It has said that it gives it up, or goes. */
  isReleased: boolean;
}

/** Whoever was heard of and does not give up what it should is not put out sooner: its rebalance and session time-outs. */
const PATIENCE_MS = 4000;

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
  /** When it has last sent what shows that it is alive, if that was before. */
  readonly heardMs?: number;
  readonly nodeId: number;
}

/** What members of groups were told to be theirs: nothing may be two members' at once. */
export class Ownership {
  readonly #findings: Findings;
  readonly #time: VirtualTime;
  readonly #coordinates: Coordinates;
  readonly #claims = new Map<string, Claim>();
  /** By group and partition, who had it in each epoch. */
  readonly #owners = new Map<string, Map<number, string>>();
  /** Groups that change their protocol: once nobody is in one of them its epochs begin anew, in Kafka too. */
  readonly #restarting = new Set<string>();
  #isJudged = true;

  constructor(findings: Findings, time: VirtualTime, coordinates: Coordinates) {
    this.#findings = findings;
    this.#time = time;
    this.#coordinates = coordinates;
  }

  /** The epochs of a group may begin anew, as soon as none of its members has anything. */
  mayRestart(groupId: string): void {
    this.#restarting.add(groupId);
  }

  /** A member was told that something is its own. Whoever only believes to coordinate the group is not judged. */
  holds(told: Holding): void {
    if (!this.#coordinates(told.nodeId, told.groupId)) return;
    for (const name of told.partitions) {
      const partition = `${told.groupId}/${name}`;
      if (this.#restarting.has(told.groupId)) this.#forgetWhatIsOver(partition, told);
      this.#holdsOne(partition, told);
    }
  }

  /** Whoever gave it up, or was not heard of for too long, had it in an epoch that does not count any more. */
  #forgetWhatIsOver(partition: string, { memberId, epoch }: Holding): void {
    const claim = this.#claims.get(partition);
    if (claim === undefined || (claim.memberId === memberId && claim.epoch <= epoch)) return;
    if (!claim.isReleased && this.#time.nowMs < claim.heardMs + PATIENCE_MS) return;
    this.#claims.delete(partition);
    // Epochs that are still to come were those of a group before this one.
    const owners = this.#owners.get(partition);
    for (const former of [...(owners?.keys() ?? [])]) if (former >= epoch) owners?.delete(former);
  }

  #holdsOne(partition: string, told: Holding): void {
    const { memberId, epoch, sentMs } = told;
    const owners = this.#owners.get(partition) ?? new Map<number, string>();
    const owner = owners.get(epoch) ?? memberId;
    if (owner !== memberId)
      this.#violate(`${partition} in epoch ${epoch} is owned by ${owner} and by ${memberId}`);
    this.#owners.set(partition, owners.set(epoch, memberId));
    const claim = this.#claims.get(partition);
    if (claim !== undefined && claim.memberId !== memberId && claim.epoch > epoch && claim.sinceMs < sentMs)
      this.#violate(
        `${memberId} still has ${partition} in epoch ${epoch}, ${claim.memberId} has it since epoch ${claim.epoch}`,
      );
    if (claim === undefined || epoch >= claim.epoch) this.#claim(partition, claim, told);
  }

  #claim(
    partition: string,
    before: Claim | undefined,
    { memberId, epoch, sentMs, heardMs: aliveMs = sentMs }: Holding,
  ): void {
    const { nowMs } = this.#time;
    const isAnothers = before !== undefined && before.memberId !== memberId;
    if (isAnothers && !before.isReleased && nowMs < before.heardMs + PATIENCE_MS)
      this.#violate(`${partition} is given to ${memberId}, and ${before.memberId} has not given it up`);
    const sinceMs = before?.memberId === memberId && before.epoch === epoch ? before.sinceMs : nowMs;
    const heardMs = isAnothers ? aliveMs : Math.max(before?.heardMs ?? 0, aliveMs);
    this.#claims.set(partition, { memberId, epoch, sinceMs, heardMs, isReleased: false });
  }

  /** A member is about to say that of its group's partitions it has only these. */
  keepsOnly(groupId: string, memberId: string, partitions: readonly string[]): void {
    for (const [partition, claim] of this.#claims) {
      if (claim.memberId !== memberId || !partition.startsWith(`${groupId}/`)) continue;
      if (!partitions.includes(partition.slice(groupId.length + 1))) claim.isReleased = true;
    }
  }

  /** The coordinator's memory may be gone, and no promise is broken. */
  mayBeLost(): void {
    this.#isJudged = false;
  }

  get isJudged(): boolean {
    return this.#isJudged;
  }

  #violate(text: string): void {
    if (this.#isJudged) this.#findings.violate(text);
  }
}
