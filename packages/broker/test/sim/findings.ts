/** What the runs of a simulation must have met to be worth something. */
export const COUNTED = [
  'crashes',
  'powerLosses',
  'resets',
  'silences',
  'slowDisks',
  'fullDisks',
  'failedSyncs',
  'failedWrites',
  'readErrors',
  'bitFlips',
  'damagedVoters',
  'cleanStops',
  'pauses',
  'clockJumps',
  'partitions',
  'slowLinks',
  'elections',
  'quorumElections',
  'isrChanges',
  'reassignments',
  'preferredElections',
  'cuts',
  'fencedWrites',
  'recoveries',
  'truncations',
  'lostRecords',
  'duplicates',
  'rebalances',
  'commits',
  'topicsCreated',
  'topicsDeleted',
  'acknowledged',
] as const;

export type Counted = (typeof COUNTED)[number];

/** What a simulation found: how often each thing happened, and what must never happen. */
export class Findings {
  readonly counts = new Map<Counted, number>(COUNTED.map((name) => [name, 0]));
  /** Guarantees that did not hold, in words; the first one ends the run. */
  readonly violations: string[] = [];

  count(what: Counted, times = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + times);
  }

  violate(text: string): void {
    this.violations.push(text);
  }
}
