/** What goes wrong. */
const FAULTS = [
  'crashes',
  'powerLosses',
  'resets',
  'silences',
  'slowDisks',
  'fullDisks',
  'failedSyncs',
  'failedWrites',
  'readErrors',
  'damagedVoters',
  'cleanStops',
  'pauses',
  'clockJumps',
  'partitions',
  'slowLinks',
] as const;

/** What the runs of a simulation must have met to be worth something. */
export const COUNTED = [
  ...FAULTS,
  'bitFlips',
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
  'memberEpochs',
  'patternsMatched',
  'protocolChanges',
  'fencedInstances',
  'transactionsCommitted',
  'transactionsAborted',
  'delayedEnds',
  'copies',
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

  countOf(what: Counted): number {
    return this.counts.get(what) ?? 0;
  }

  /** How much has gone wrong, and was not only planned to. */
  get faults(): number {
    return FAULTS.reduce((sum, what) => sum + this.countOf(what), 0);
  }

  violate(text: string): void {
    this.violations.push(text);
  }
}
