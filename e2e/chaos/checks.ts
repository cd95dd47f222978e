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
  /** More than once, although the writer is idempotent. */
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
}

/** Holds what was acknowledged against what was read at the end, and the readings against each other. */
export function judge(
  acknowledged: AcknowledgedRecords,
  read: ReadRecords,
  others: readonly { readonly name: string; readonly records: ReadRecords; readonly isWhole: boolean }[],
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
      const order = orderOf({ told, history, where: `${name} in ${partition}` });
      if (isIdempotent) violations.duplicated.push(...order.repeated);
      else repeated += order.repeated.length;
      if (isOrdered) violations.reordered.push(...order.outOfTurn);
      else outOfTurn += order.outOfTurn.length;
    }
  }
  for (const other of others) compareReadings(read, other, violations);
  return { violations, repeated, outOfTurn };
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

/** What is there again, and what lies behind a record that was sent later. */
function orderOf({ told, history, where }: Told): {
  readonly repeated: readonly string[];
  readonly outOfTurn: readonly string[];
} {
  const seen = new Set<number>();
  const repeated: string[] = [];
  const outOfTurn: string[] = [];
  let last = -1;
  for (const sequence of history) {
    if (seen.has(sequence)) {
      repeated.push(`${where}: ${sequence}`);
      continue;
    }
    seen.add(sequence);
    // What was given up may still arrive, at any time.
    if (told[sequence] === undefined) continue;
    if (sequence < last) outOfTurn.push(`${where}: ${sequence} behind ${last}`);
    last = Math.max(last, sequence);
  }
  return { repeated, outOfTurn };
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
