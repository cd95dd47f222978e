import type { ContenderName } from './contender.ts';
import type { Budget, Measurement, Row } from './row.ts';

/** What was measured of both contenders, and of the floor where there is one, one right after the other. */
export type Round = Readonly<Record<ContenderName | 'floor', readonly Measurement[]>>;

export const TABLE_HEAD = [
  '| quantity | Apache Kafka 4.3.1 | Odradek | floor | ratio (range) | budget | |',
  '|---|---|---|---|---|---|---|',
];

/** A line of the table for each quantity of a row: medians, and the median of the paired ratios with its range. */
export function tableLines(row: Row, rounds: readonly Round[]): string[] {
  const quantities = new Set(rounds.flatMap((round) => round.Odradek.map(({ quantity }) => quantity)));
  return [...quantities].map((quantity) => {
    const theirs = valuesOf(rounds, 'Apache Kafka', quantity);
    const ours = valuesOf(rounds, 'Odradek', quantity);
    const floor = valuesOf(rounds, 'floor', quantity);
    const ratios = ratiosOf(ours, theirs);
    const stated = row.budgets.find((candidate) => candidate.quantity === quantity);
    const budget = stated === undefined ? undefined : budgetAbove(stated, ours, theirs, floor);
    const cells = [
      quantity,
      theirs.length === 0 ? '–' : shown(median(theirs)),
      shown(median(ours)),
      floor.length === 0 ? '–' : shown(median(floor)),
      ratios.length === 0
        ? '–'
        : `${shown(median(ratios))} (${shown(Math.min(...ratios))}–${shown(Math.max(...ratios))})`,
      budget?.words ?? '–',
      budget === undefined ? '' : isMet(budget, ours, budget.ratios ?? ratios) ? 'met' : 'NOT MET',
    ];
    return `| ${cells.join(' | ')} |`;
  });
}

interface AppliedBudget extends Budget {
  readonly words: string;
  /** To the floor, where that is what it is held to. */
  readonly ratios: readonly number[] | null;
}

/** The budget as it applies: held to the floor where that lies too high for the stated one. */
function budgetAbove(
  budget: Budget,
  ours: readonly number[],
  theirs: readonly number[],
  floor: readonly number[],
): AppliedBudget {
  const isHigh = budget.floor !== undefined && median(ratiosOf(floor, theirs)) > budget.floor.whereAbove;
  if (budget.floor === undefined || !isHigh)
    return { ...budget, words: `${budget.kind} ${budget.bound}`, ratios: null };
  const { whereAbove, times } = budget.floor;
  return {
    ...budget,
    bound: times,
    words: `at most floor × ${times}, the floor being above ${whereAbove} of Kafka's`,
    ratios: ratiosOf(ours, floor),
  };
}

/** Noise on a shared machine is a few per cent: a ratio of "at least 1" is met by a median of 0.95. */
function isMet(budget: Budget, ours: readonly number[], ratios: readonly number[]): boolean {
  if (budget.kind === 'at most') return median(ours) <= budget.bound;
  if (budget.kind === 'at least') return median(ours) >= budget.bound;
  return budget.kind === 'ratio at least'
    ? median(ratios) >= budget.bound * 0.95
    : median(ratios) <= budget.bound * 1.05;
}

function valuesOf(rounds: readonly Round[], name: keyof Round, quantity: string): number[] {
  return rounds.flatMap((round) =>
    round[name].filter((measured) => measured.quantity === quantity).map(({ value }) => value),
  );
}

function ratiosOf(values: readonly number[], to: readonly number[]): number[] {
  return values.map((value, index) => value / (to[index] ?? Number.NaN)).filter(Number.isFinite);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

export function shown(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
