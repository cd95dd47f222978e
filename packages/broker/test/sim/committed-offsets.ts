import type { Findings } from './findings.ts';
import type { Coordinates } from './ownership.ts';
import type { VirtualTime } from './virtual-time.ts';

/** How long after it was sent a commit may still reach the broker on a connection that its sender gave up. */
const STRAGGLING_MS = 40_000;

/** The offset of a partition without a commit, as OffsetFetch says it. */
const NEVER_COMMITTED = -1;

/** A commit that was sent. Several may be of one offset, and what becomes of one says nothing of the others. */
interface Attempt {
  readonly offset: number;
  readonly sentMs: number;
  /** How often commits may have been lost by then. */
  readonly losses: number;
}

/** What is known of one group's commits to one partition. */
interface Commits {
  /** As acknowledged, or read, last. */
  last: number;
  /** The largest that was acknowledged, or read. */
  furthest: number;
  /** Sent and not answered: each may have been done or may yet be. */
  readonly inDoubt: Set<Attempt>;
  /** Every offset that was ever sent: a loss may bring any of them back. */
  readonly ever: Set<number>;
  mayBeLost: boolean;
}

/** A commit that is on its way. */
export interface Commit {
  /** The broker has acknowledged it. */
  readonly done: () => void;
  /** The broker has refused it for good, or the transaction that it is part of was aborted. */
  readonly refused: () => void;
}

/** What groups have committed, and which offsets they may rightly read. */
export class CommittedOffsets {
  readonly #findings: Findings;
  readonly #time: VirtualTime;
  readonly #coordinates: Coordinates;
  readonly #commits = new Map<string, Commits>();
  #mayGoBack = false;
  #losses = 0;

  constructor(findings: Findings, time: VirtualTime, coordinates: Coordinates) {
    this.#findings = findings;
    this.#time = time;
    this.#coordinates = coordinates;
  }

  /** A member is about to commit. */
  sending(partition: string, offset: number): Commit {
    const commits = this.#of(partition);
    // Whoever sends this has begun behind all that was acknowledged by now, and is refused if it is not its turn.
    const { furthest } = commits;
    const attempt = { offset, sentMs: this.#time.nowMs, losses: this.#losses };
    commits.inDoubt.add(attempt);
    commits.ever.add(offset);
    return {
      done: () => {
        commits.inDoubt.delete(attempt);
        // A transaction may be committed that has lost what it was to commit.
        if (attempt.losses === this.#losses) {
          this.#settle(commits, offset);
          commits.mayBeLost = false;
        }
        this.#findings.count('commits');
        if (offset < furthest && !this.#mayGoBack)
          this.#findings.violate(`${partition}: ${offset} is committed behind ${furthest}`);
      },
      refused: () => commits.inDoubt.delete(attempt),
    };
  }

  /**
   * A member is about to read what is committed. Returns what is to be called with what the broker says, and tells
   * whether that is the coordinator's word: another's may be out of date.
   */
  reading(groupId: string, partition: string): (offset: number, nodeId: number) => boolean {
    const before = this.#allowed(partition);
    return (offset, nodeId) => {
      if (!this.#coordinates(nodeId, groupId)) return false;
      const commits = this.#of(partition);
      const allowed = new Set([...before, ...this.#allowed(partition)]);
      if (!allowed.has(offset))
        this.#findings.violate(
          `${partition}: the committed offset is ${offset}, not ${[...allowed].join(' or ')}`,
        );
      this.#settle(commits, offset);
      return true;
    };
  }

  /** The broker has said what is committed: what was sent long before has been done by then, or never will be. */
  #settle(commits: Commits, offset: number): void {
    commits.last = offset;
    commits.furthest = Math.max(commits.furthest, offset);
    for (const attempt of [...commits.inDoubt])
      if (this.#time.nowMs - attempt.sentMs > STRAGGLING_MS) commits.inDoubt.delete(attempt);
  }

  /** Records are lost, and whoever had read them reads others in their place. */
  mayGoBack(): void {
    this.#mayGoBack = true;
  }

  /** Any of them may be gone, and no promise is broken. */
  mayBeLost(): void {
    this.mayGoBack();
    this.#losses += 1;
    for (const commits of this.#commits.values()) commits.mayBeLost = true;
  }

  #allowed(partition: string): readonly number[] {
    const { last, inDoubt, ever, mayBeLost } = this.#of(partition);
    return mayBeLost ? [NEVER_COMMITTED, ...ever] : [last, ...[...inDoubt].map(({ offset }) => offset)];
  }

  #of(partition: string): Commits {
    const known = this.#commits.get(partition);
    if (known !== undefined) return known;
    const none: Commits = {
      last: NEVER_COMMITTED,
      furthest: NEVER_COMMITTED,
      inDoubt: new Set(),
      ever: new Set(),
      mayBeLost: false,
    };
    this.#commits.set(partition, none);
    return none;
  }
}
