import { ConsumerMember } from './consumer-member.ts';
import { GroupMember, type GroupMemberOptions } from './group-member.ts';

/**
 * A consumer that comes by the classic protocol one time and by the newer one another: its group goes from one to the
 * other and back while its members work (KIP-848's online migration).
 */
export class MovingMember {
  readonly #options: GroupMemberOptions;
  readonly #classic: GroupMember;
  readonly #newer: ConsumerMember;

  constructor(options: GroupMemberOptions) {
    this.#options = options;
    this.#classic = new GroupMember(options);
    this.#newer = new ConsumerMember(options);
  }

  /** Ends once it has worked through its partitions after everything was over. */
  async run(): Promise<void> {
    const { client, findings, isOver } = this.#options;
    let before: unknown = null;
    for (let isLast = false; !isLast; ) {
      const wasOver = isOver();
      const now = client.random.chance(0.5) ? this.#classic : this.#newer;
      if (before !== null && before !== now) findings.count('protocolChanges');
      before = now;
      isLast = (await now.live()) && wasOver;
    }
    client.disconnect();
  }
}
