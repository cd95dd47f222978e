import type { Rebalance } from '@odradek/contract';
import { type GroupShape, isSameShape, ownersIn, type ShapeMember } from './group-shape.ts';

/** When something was seen. */
export interface Moment {
  readonly at: number;
  /** It is true since some time after this; null: since `at` exactly. */
  readonly since: number | null;
}

/** What is kept of a group over a restart. */
export interface KeptRebalances {
  readonly settled: GroupShape | null;
  readonly settledAt: number | null;
  readonly rebalances: readonly Rebalance[];
}

/** Of one group, the newest so many. */
const REBALANCES_MAX = 50;

/** Seen settled so often without anything that ends it, what looked like a rebalance is over. */
const SETTLED_SIGHTS = 2;

type Named = Rebalance['joined'][number];

interface UnderWay {
  readonly id: number;
  readonly before: GroupShape;
  readonly beganAt: number;
  readonly beganAfter: number | null;
  readonly joined: Map<string, Named>;
  readonly left: Map<string, Rebalance['left'][number]>;
  /** The longest time a partition had no owner, so far. */
  unowned: { atLeastMs: number; atMostMs: number };
  settledSights: number;
}

/**
 * One group's rebalances, from the shapes it is seen in. Settled → under way → settled: a rebalance begins with the first
 * sight of a change, or of a state that says so, and ends with the first settled shape.
 */
export class RebalanceWatch {
  #rebalances: Rebalance[];
  /** The last shape, settled or not. */
  #shape: GroupShape | null;
  #settledAt: number | null;
  #underWay: UnderWay | null = null;
  readonly #unowned = new Map<string, Moment>();

  constructor(kept: KeptRebalances | null = null) {
    this.#rebalances = [...(kept?.rebalances ?? [])];
    this.#shape = kept?.settled ?? null;
    this.#settledAt = kept?.settledAt ?? null;
  }

  /** Oldest first. One that is under way is the last. */
  get rebalances(): readonly Rebalance[] {
    return this.#underWay === null ? this.#rebalances : [...this.#rebalances, this.#asFarAs(this.#underWay)];
  }

  get shape(): GroupShape | null {
    return this.#shape;
  }

  /** What to keep; a rebalance that is under way is seen again, as a difference from what was before it. */
  get kept(): KeptRebalances {
    return {
      settled: this.#underWay?.before ?? this.#shape,
      settledAt: this.#settledAt,
      rebalances: this.#rebalances,
    };
  }

  /** Takes in what the group looks like. Returns whether a rebalance has begun or ended by it. */
  observe(shape: GroupShape, moment: Moment): boolean {
    const last = this.#shape;
    if (last === null) {
      this.#shape = shape;
      if (shape.isSettled) this.#settledAt = moment.at;
      else this.#begin(shape, moment);
      return !shape.isSettled;
    }
    if (this.#underWay === null && isSameShape(last, shape) && shape.isSettled) {
      this.#settledAt = Math.max(this.#settledAt ?? 0, moment.at);
      this.#shape = { ...shape, epoch: shape.epoch ?? last.epoch };
      return false;
    }
    const underWay = this.#underWay ?? this.#begin(last, moment);
    noteMembers(underWay, last, shape);
    this.#noteOwners(underWay, last, { shape, moment });
    this.#shape = { ...shape, epoch: shape.epoch ?? last.epoch };
    if (shape.isSettled) this.#end(underWay, this.#shape, moment);
    return true;
  }

  /** Takes in the mere state of a classic group, whose records tell of a rebalance only when it has ended. */
  observeState(isSettled: boolean, at: number): boolean {
    if (this.#shape === null || at <= (this.#rebalances.at(-1)?.endedAt ?? 0)) return false;
    const underWay = this.#underWay;
    if (!isSettled) {
      if (underWay === null) this.#begin(this.#shape, { at, since: this.#settledAt });
      else underWay.settledSights = 0;
      return underWay === null;
    }
    if (underWay === null) {
      this.#settledAt = at;
      return false;
    }
    underWay.settledSights += 1;
    if (underWay.settledSights < SETTLED_SIGHTS) return false;
    this.#end(underWay, this.#shape, { at, since: underWay.beganAt });
    return true;
  }

  /** What looks like a member that went, and came back under its own id, had been put out. */
  #noteReturns(joined: Iterable<string>): void {
    const back = new Set(joined);
    const hasReturned = ({ memberId, how }: Rebalance['left'][number]) =>
      how === 'not-told' && back.has(memberId);
    this.#rebalances = this.#rebalances.map((one) =>
      one.left.some(hasReturned)
        ? { ...one, left: one.left.map((gone) => (hasReturned(gone) ? { ...gone, how: 'fenced' } : gone)) }
        : one,
    );
  }

  #begin(before: GroupShape, { at, since }: Moment): UnderWay {
    // A classic group's records are of its end; what is known of the beginning is when it was last seen settled.
    const isBeginning = before.kind === 'incremental' && since === null;
    const settledBefore = this.#settledAt !== null && this.#settledAt < at ? this.#settledAt : null;
    this.#underWay = {
      id: (this.#rebalances.at(-1)?.id ?? 0) + 1,
      before,
      beganAt: at,
      beganAfter: isBeginning ? null : (since ?? settledBefore),
      joined: new Map(),
      left: new Map(),
      unowned: { atLeastMs: 0, atMostMs: 0 },
      settledSights: 0,
    };
    return this.#underWay;
  }

  #noteOwners(
    { unowned }: UnderWay,
    last: GroupShape,
    { shape, moment }: { shape: GroupShape; moment: Moment },
  ): void {
    const now = ownersIn(shape);
    for (const name of ownersIn(last).keys()) {
      if (!now.has(name)) this.#unowned.set(name, moment);
    }
    for (const [name, gone] of this.#unowned) {
      if (!now.has(name)) continue;
      const { atLeastMs, atMostMs } = between(gone, moment);
      unowned.atLeastMs = Math.max(unowned.atLeastMs, atLeastMs);
      unowned.atMostMs = Math.max(unowned.atMostMs, atMostMs ?? 0);
      this.#unowned.delete(name);
    }
  }

  #end(underWay: UnderWay, after: GroupShape, moment: Moment): void {
    const { before, beganAt, beganAfter } = underWay;
    const ended: Rebalance = {
      ...this.#asFarAs(underWay),
      endedAt: moment.at,
      endedAfter: moment.since,
      stopped: stoppedIn(underWay, after, moment),
    };
    this.#underWay = null;
    // A cooperative group gives partitions up in one rebalance, and gives them to others in the next.
    if (after.kind !== 'cooperative') this.#unowned.clear();
    this.#settledAt = moment.at;
    const isNothing =
      ended.joined.length + ended.left.length + ended.partitionsMoved === 0 &&
      before.epoch === after.epoch &&
      (beganAt === moment.at || beganAfter === null || before.epoch !== null);
    if (isNothing) return;
    this.#noteReturns(underWay.joined.keys());
    this.#rebalances = [...this.#rebalances, ended].slice(-REBALANCES_MAX);
  }

  #asFarAs({ id, before, beganAt, beganAfter, joined, left }: UnderWay): Rebalance {
    const after = this.#shape ?? before;
    const owners = ownersIn(before);
    const moved = [...ownersIn(after)].filter(([name, owner]) => (owners.get(name) ?? owner) !== owner);
    return {
      id,
      fromEpoch: before.epoch,
      toEpoch: after.epoch,
      kind: after.members.size === 0 ? before.kind : after.kind,
      beganAt,
      beganAfter,
      endedAt: null,
      endedAfter: null,
      joined: [...joined.values()],
      left: [...left.values()],
      members: [...after.members].map(([memberId, member]) => {
        const had = before.members.get(memberId)?.partitions ?? new Set<string>();
        return {
          ...namedMember(memberId, member),
          partitions: member.partitions.size,
          gained: countOutside(member.partitions, had),
          lost: countOutside(had, member.partitions),
        };
      }),
      partitionsMoved: moved.length,
      stopped: null,
    };
  }
}

/** Adds who came and who went between two shapes. */
function noteMembers({ joined, left }: UnderWay, last: GroupShape, shape: GroupShape): void {
  const came = [...shape.members].filter(([id]) => !last.members.has(id));
  const instances = new Set(came.flatMap(([, { instanceId }]) => instanceId ?? []));
  for (const [id, member] of came) joined.set(id, namedMember(id, member));
  for (const [id, member] of last.members) {
    if (shape.members.has(id)) continue;
    const isReplaced = member.instanceId !== null && instances.has(member.instanceId);
    left.set(id, { ...namedMember(id, member), how: isReplaced ? 'replaced' : 'not-told' });
  }
}

/** Null where nobody was there before, or is afterwards, to stand still. */
function stoppedIn(
  { before, beganAt, beganAfter, unowned, joined }: UnderWay,
  after: GroupShape,
  moment: Moment,
): Rebalance['stopped'] {
  const wasThere = [...before.members.keys()].filter((id) => !joined.has(id)).length > 0;
  if (!wasThere || after.members.size === 0) return null;
  if (after.kind === 'eager' || after.kind === 'unknown') {
    return between({ at: beganAt, since: beganAfter }, moment, beganAfter === null);
  }
  return { ...unowned };
}

/** How long it was from one moment to another; at most nothing is known where the first one's beginning is not. */
function between(from: Moment, to: Moment, isOpen = false): { atLeastMs: number; atMostMs: number | null } {
  return {
    atLeastMs: Math.max(0, (to.since ?? to.at) - from.at),
    atMostMs: isOpen ? null : Math.max(0, to.at - (from.since ?? from.at)),
  };
}

function countOutside(some: ReadonlySet<string>, other: ReadonlySet<string>): number {
  return [...some].filter((name) => !other.has(name)).length;
}

function namedMember(memberId: string, { clientId, instanceId, host }: ShapeMember): Named {
  return { memberId, clientId, instanceId, host };
}
