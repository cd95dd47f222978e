import type { CommittedOffsets } from '../committed-offsets.ts';
import type { History } from '../history.ts';
import { ClassicMembership, type ClassicMembershipOptions, type Membership } from './classic-membership.ts';
import { dawdle } from './dawdling.ts';
import { GroupOffsets } from './group-offsets.ts';

const RETRY_MS_MAX = 300;
const STAY_MS = { least: 4000, most: 25_000 };
/** Between reading and committing. */
const DAWDLES = 0.008;

export interface GroupMemberOptions extends ClassicMembershipOptions {
  readonly history: History;
  readonly offsets: CommittedOffsets;
  readonly isOver: () => boolean;
}

/** A consumer that joins its group, works through its partitions, commits, and leaves or vanishes; again and again. */
export class GroupMember {
  readonly #options: GroupMemberOptions;
  readonly #membership: ClassicMembership;
  readonly #offsets: GroupOffsets;
  #place: Membership | null = null;

  constructor(options: GroupMemberOptions) {
    this.#options = options;
    this.#membership = new ClassicMembership(options);
    this.#offsets = new GroupOffsets({ ...options, voice: this.#membership.voice });
  }

  /** Ends once it has worked in a generation after everything was over. */
  async run(): Promise<void> {
    const { isOver } = this.#options;
    for (let isLast = false; !isLast; ) {
      const wasOver = isOver();
      isLast = (await this.live()) && wasOver;
    }
  }

  /** From joining to leaving, or to vanishing. Returns whether it has worked in the end. */
  async live(): Promise<boolean> {
    const { client, isOver } = this.#options;
    const leavesAtMs = client.wallMs + client.random.between(STAY_MS.least, STAY_MS.most);
    let hasWorked = false;
    while (client.wallMs < leavesAtMs && !(hasWorked && isOver())) {
      this.#place = await this.#membership.join();
      if (this.#place === null) await client.sleep(client.random.fraction() * RETRY_MS_MAX);
      else hasWorked = await this.#work(this.#place, leavesAtMs);
    }
    await this.#depart();
    return hasWorked;
  }

  /** Leaves in order, or is just not heard of again. */
  async #depart(): Promise<void> {
    const { client, isOver } = this.#options;
    if (client.random.chance(0.5) || isOver()) await this.#membership.leave();
    else this.#membership.vanish(this.#place);
    client.disconnect();
    if (!isOver()) await client.sleep(client.random.fraction() * STAY_MS.least);
  }

  /** Reads and commits until the group moves on, or its time is up. Returns whether a round was completed. */
  async #work(membership: Membership, untilMs: number): Promise<boolean> {
    const { client, isOver } = this.#options;
    const positions = new Map<number, number>();
    let hasWorked = false;
    while (client.wallMs < untilMs) {
      for (const partition of membership.partitions) {
        const position = positions.get(partition) ?? (await this.#offsets.committed(partition));
        const read = position === null ? null : await this.#offsets.read(partition, position);
        if (read === null) return false;
        positions.set(partition, read.nextOffset);
        if (read.nextOffset === position) continue;
        await dawdle(client, { chance: DAWDLES, isOver });
        const member = this.#membership.memberOf(membership);
        if (!(await this.#offsets.commit(partition, read.nextOffset, member))) return false;
      }
      if (!(await this.#membership.beat(membership))) return false;
      hasWorked = true;
      if (isOver()) break;
      await client.sleep(client.random.fraction() * RETRY_MS_MAX);
    }
    return hasWorked;
  }
}
