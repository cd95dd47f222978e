import type { SeededRandom } from './seeded-random.ts';

/** What is done to a broker. */
export const FAULT_KINDS = [
  'kill',
  'kill the controller',
  'pause, short',
  'pause, long',
  'restart',
  'cut off, short',
  'cut off, long',
  'cut off from one broker',
  'cut off one way',
  'cut off from the brokers',
  'kill all',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** Cuts that a proxy cannot make: it does not know who connects. */
const DIRECTED: ReadonlySet<FaultKind> = new Set([
  'cut off from one broker',
  'cut off one way',
  'cut off from the brokers',
]);

const IS_MEASURED: ReadonlySet<FaultKind> = new Set(['kill', 'kill the controller']);
const HASTY_SHARE = 0.25;

export interface PlannedFault {
  readonly kind: FaultKind;
  /** Until it is put right. */
  readonly forMs: number;
  /** Whether it may begin while the cluster has not recovered from the one before. */
  readonly isHasty: boolean;
  /** Draws the broker, or brokers, among those it may hit. */
  readonly draw: () => number;
}

export interface ScheduleOptions {
  readonly sessionTimeoutMs: number;
  readonly canDirectCuts: boolean;
  /** All of them unless given. */
  readonly kinds?: readonly FaultKind[];
}

/**
 * An endless schedule drawn from a seed: each kind once, in a drawn order, and so again; some without waiting for the
 * cluster to recover, but none right after a kill, whose gap is measured.
 */
export function* faultSchedule(
  random: SeededRandom,
  { sessionTimeoutMs, canDirectCuts, kinds: asked = FAULT_KINDS }: ScheduleOptions,
): Generator<PlannedFault> {
  const kinds = asked.filter((kind) => canDirectCuts || !DIRECTED.has(kind));
  for (;;) {
    let last: FaultKind | null = null;
    for (const kind of shuffled(kinds, random)) {
      yield {
        kind,
        forMs: random.between(...lengthOf(kind, sessionTimeoutMs)),
        isHasty: last !== null && !IS_MEASURED.has(last) && random.next() < HASTY_SHARE,
        draw: () => random.next(),
      };
      last = kind;
    }
  }
}

/** Between which bounds a fault lasts. */
function lengthOf(kind: FaultKind, sessionTimeoutMs: number): [least: number, most: number] {
  switch (kind) {
    case 'pause, short':
    case 'cut off, short':
      return [0.2 * sessionTimeoutMs, 0.7 * sessionTimeoutMs];
    case 'restart':
    case 'kill all':
      return [0, 500];
    case 'kill':
    case 'kill the controller':
      return [0.5 * sessionTimeoutMs, 2.5 * sessionTimeoutMs];
    default:
      return [1.3 * sessionTimeoutMs, 2.5 * sessionTimeoutMs];
  }
}

function shuffled<Item>(items: readonly Item[], random: SeededRandom): Item[] {
  return items
    .map((item) => ({ item, key: random.next() }))
    .sort((left, right) => left.key - right.key)
    .map(({ item }) => item);
}
