import type { Findings } from './findings.ts';
import type { VirtualTime } from './virtual-time.ts';

/** How long after it was sent a commit may still reach the broker on a connection that its sender gave up. */
const STRAGGLING_MS = 40_000;

/** The offset of a partition without a commit, as OffsetFetch says it. */
const NEVER_COMMITTED = -1;

/** What is known of one group's commits to one partition. */
interface Commits {
  /** As acknowledged, or read, last. */
  last: number;
  /** Sent and not answered: each may have been done or may yet be, by when it was sent. */
  readonly inDoubt: Map<number, number>;
  /** Every offset that was ever sent: a loss may bring any of them back. */
  readonly ever: Set<number>;
  mayBeLost: boolean;
}

/** What groups have committed, and which offsets they may rightly read. */
export class CommittedOffsets {
  readonly #findings: Findings;
  readonly #time: VirtualTime;
  /** Whether a broker is the coordinator, and does not just believe so: then what it says is not out of date. */
  readonly #coordinates: (nodeId: number) => boolean;
  readonly #commits = new Map<string, Commits>();

  constructor(findings: Findings, time: VirtualTime, coordinates: (nodeId: number) => boolean) {
    this.#findings = findings;
    this.#time = time;
    this.#coordinates = coordinates;
  }

  /** A member is about to commit. Returns what is to be called when the broker has acknowledged it. */
  sending(partition: string, offset: number): () => void {
    const commits = this.#of(partition);
    commits.inDoubt.set(offset, this.#time.nowMs);
    commits.ever.add(offset);
    return () => {
      commits.inDoubt.delete(offset);
      this.#settle(commits, offset);
      commits.mayBeLost = false;
      this.#findings.count('commits');
    };
  }

  /** A member is about to read what is committed. Returns what is to be called with what the broker says. */
  reading(partition: string): (offset: number, nodeId: number) => void {
    const before = this.#allowed(partition);
    return (offset, nodeId) => {
      if (!this.#coordinates(nodeId)) return;
      const commits = this.#of(partition);
      const allowed = new Set([...before, ...this.#allowed(partition)]);
      if (!allowed.has(offset))
        this.#findings.violate(
          `${partition}: the committed offset is ${offset}, not ${[...allowed].join(' or ')}`,
        );
      this.#settle(commits, offset);
    };
  }

  /** The broker has said what is committed: what was sent long before has been done by then, or never will be. */
  #settle(commits: Commits, offset: number): void {
    commits.last = offset;
    for (const [other, sentMs] of [...commits.inDoubt])
      if (this.#time.nowMs - sentMs > STRAGGLING_MS) commits.inDoubt.delete(other);
  }

  /** Any of them may be gone, and no promise is broken. */
  mayBeLost(): void {
    for (const commits of this.#commits.values()) commits.mayBeLost = true;
  }

  #allowed(partition: string): readonly number[] {
    const { last, inDoubt, ever, mayBeLost } = this.#of(partition);
    return mayBeLost ? [NEVER_COMMITTED, ...ever] : [last, ...inDoubt.keys()];
  }

  #of(partition: string): Commits {
    const known = this.#commits.get(partition);
    if (known !== undefined) return known;
    const none: Commits = {
      last: NEVER_COMMITTED,
      inDoubt: new Map(),
      ever: new Set(),
      mayBeLost: false,
    };
    this.#commits.set(partition, none);
    return none;
  }
}
