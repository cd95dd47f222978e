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
  for (const [partition, sequences] of read.sequences.entries()) {
    const writers = read.writers[partition] ?? [];
    for (const [name, { offsets, isIdempotent }] of acknowledged.writers) {
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
      repeated += checkOrder({ told, history, isIdempotent, where: `${name} in ${partition}` }, violations);
    }
  }
  for (const other of others) compareReadings(read, other, violations);
  return { violations, repeated };
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

/** Returns how many records were there before; for a plain writer that is no violation. */
function checkOrder(
  given: Told & { readonly isIdempotent: boolean },
  { reordered, duplicated }: Violations,
): number {
  const seen = new Set<number>();
  let repeated = 0;
  let last = -1;
  for (const sequence of given.history) {
    if (seen.has(sequence)) {
      if (given.isIdempotent) duplicated.push(`${given.where}: ${sequence}`);
      else repeated += 1;
      continue;
    }
    seen.add(sequence);
    // What was given up may still arrive, at any time.
    if (given.told[sequence] === undefined) continue;
    if (sequence < last) reordered.push(`${given.where}: ${sequence} behind ${last}`);
    last = Math.max(last, sequence);
  }
  return repeated;
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
