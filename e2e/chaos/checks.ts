import type { AcknowledgedRecords } from './acknowledged-records.ts';
import type { ReadRecords } from './read-records.ts';

/** What a run must not have; each list holds a sentence per case. */
export interface Violations {
  /** Acknowledged, and nowhere in its partition. */
  readonly lost: string[];
  /** Acknowledged at an offset where something else lies. */
  readonly moved: string[];
  /** Behind a record that the same writer sent later. */
  readonly reordered: string[];
  /** More than once in one epoch of its producer, although the writer is idempotent. */
  readonly duplicated: string[];
  /** Two readers disagree, or one saw offsets out of order. */
  readonly readings: string[];
}

export interface Verdict {
  readonly violations: Violations;
  /** Records of plain writers that are there more than once, as retries may make them. */
  readonly repeated: number;
  /** Records behind later ones of the same writer, where its client promises no order. */
  readonly outOfTurn: number;
  /**
   * Records of idempotent writers that are there again in a later epoch of their producer. Brokers know a record by its
   * epoch and sequence (KIP-360): whether what a client sends anew was written before only the client can know.
   */
  readonly sentAnew: readonly string[];
}

/** Holds what was acknowledged against what was read at the end, and the readings against each other. */
export function judge(
  acknowledged: AcknowledgedRecords,
  read: ReadRecords,
  others: readonly { readonly name: string; readonly records: ReadRecords; readonly isWhole: boolean }[],
  /** By partition and offset; see {@link producerEpochs}. */
  epochs: readonly (readonly number[])[],
): Verdict {
  const violations: Violations = {
    lost: [],
    moved: [],
    reordered: [],
    duplicated: [],
    readings: [...read.disorder],
  };
  let repeated = 0;
  let outOfTurn = 0;
  const sentAnew: string[] = [];
  for (const [partition, sequences] of read.sequences.entries()) {
    const writers = read.writers[partition] ?? [];
    for (const [name, { offsets, isIdempotent, isOrdered }] of acknowledged.writers) {
      const told = offsets[partition] ?? [];
      const history = writerHistory(name, { writers, sequences });
      compareOffsets(
        {
          told,
          history,
          where: `${name} in ${partition}`,
          at: (offset) => (writers[offset] === name ? sequences[offset] : undefined),
        },
        violations,
      );
      const ofPartition = epochs[partition] ?? [];
      const itsEpochs = ofPartition.filter((_, offset) => writers[offset] === name);
      const order = orderOf({ told, history, where: `${name} in ${partition}` }, itsEpochs);
      if (isIdempotent) {
        violations.duplicated.push(...order.repeated);
        sentAnew.push(...order.sentAnew);
      } else repeated += order.repeated.length;
      if (isOrdered) violations.reordered.push(...order.outOfTurn);
      else outOfTurn += order.outOfTurn.length;
    }
  }
  for (const other of others) compareReadings(read, other, violations);
  return { violations, repeated, outOfTurn, sentAnew };
}

/** The sequence numbers of one writer in one partition, in the order of the log. */
function writerHistory(
  name: string,
  log: { readonly writers: readonly string[]; readonly sequences: readonly number[] },
): number[] {
  return log.sequences.filter((_, offset) => log.writers[offset] === name);
}

interface Told {
  /** By sequence number, the offset that was acknowledged. */
  readonly told: readonly (number | undefined)[];
  readonly history: readonly number[];
  readonly where: string;
}

function compareOffsets(
  given: Told & { readonly at: (offset: number) => number | undefined },
  { lost, moved }: Violations,
): void {
  const there = new Set(given.history);
  given.told.forEach((offset, sequence) => {
    if (offset === undefined) return;
    if (!there.has(sequence)) lost.push(`${given.where}: ${sequence}, acknowledged at ${offset}`);
    else if (offset >= 0 && given.at(offset) !== sequence)
      moved.push(`${given.where}: ${sequence} does not lie at ${offset}`);
  });
}

interface Order {
  readonly repeated: readonly string[];
  /** In another epoch than the first time. */
  readonly sentAnew: readonly string[];
  readonly outOfTurn: readonly string[];
}

/** What is there again, and what lies behind a record that was sent later. `epochs` are those of the history. */
function orderOf({ told, history, where }: Told, epochs: readonly number[]): Order {
  const seen = new Map<number, number | undefined>();
  const repeated: string[] = [];
  const sentAnew: string[] = [];
  const outOfTurn: string[] = [];
  let last = -1;
  for (const [index, sequence] of history.entries()) {
    if (seen.has(sequence)) {
      const isSameEpoch = seen.get(sequence) === epochs[index];
      (isSameEpoch ? repeated : sentAnew).push(`${where}: ${sequence}`);
      continue;
    }
    seen.set(sequence, epochs[index]);
    // What was given up may still arrive, at any time.
    if (told[sequence] === undefined) continue;
    if (sequence < last) outOfTurn.push(`${where}: ${sequence} behind ${last}`);
    last = Math.max(last, sequence);
  }
  return { repeated, sentAnew, outOfTurn };
}

function compareReadings(
  read: ReadRecords,
  other: { readonly name: string; readonly records: ReadRecords; readonly isWhole: boolean },
  { readings }: Violations,
): void {
  readings.push(...other.records.disorder.map((line) => `${other.name}: ${line}`));
  for (const [partition, sequences] of other.records.sequences.entries()) {
    const final = read.sequences[partition] ?? [];
    if (other.isWhole && sequences.length !== final.length) {
      readings.push(`${other.name}: ${sequences.length} records in ${partition} and not ${final.length}`);
    }
    sequences.forEach((sequence, offset) => {
      const sameWriter = other.records.writers[partition]?.[offset] === read.writers[partition]?.[offset];
      if (sequence !== final[offset] || !sameWriter) {
        readings.push(`${other.name}: at ${offset} of ${partition} ${sequence} and not ${final[offset]}`);
      }
    });
  }
}
