import { expect, test } from 'vitest';
import { MACHINE } from './machine.ts';
import { DRIVER_FAULTS, MUTANTS, mutated } from './mutants.ts';
import { QuorumHistory } from './quorum-history.ts';

/** More with ODRADEK_QUORUM_HISTORIES=10000; a seed that fails stands in the message and fails again. */
const HISTORIES = Number(process.env.ODRADEK_QUORUM_HISTORIES ?? 120);
const SEEDS_TO_FIND = 300;
const MINUTES = 60_000;

test(`what is committed stays, through ${HISTORIES} histories of faults`, { timeout: 60 * MINUTES }, () => {
  const sum = { elections: 0, commits: 0, truncations: 0, snapshots: 0, resignations: 0 };
  for (let seed = 1; seed <= HISTORIES; seed++) {
    const totals = runHistory(seed);
    sum.elections += totals.elections;
    sum.commits += totals.commits;
    sum.truncations += totals.truncations;
    sum.snapshots += totals.snapshots;
    sum.resignations += totals.resignations;
  }
  // Histories in which little happens show little.
  expect(sum.elections).toBeGreaterThan(5 * HISTORIES);
  expect(sum.commits).toBeGreaterThan(10 * HISTORIES);
  expect(sum.truncations).toBeGreaterThan(HISTORIES);
  expect(sum.snapshots).toBeGreaterThan(HISTORIES);
  expect(sum.resignations).toBeGreaterThan(HISTORIES);
});

function runHistory(seed: number) {
  try {
    return new QuorumHistory(seed, MACHINE).run();
  } catch (error) {
    throw new Error(`history ${seed}`, { cause: error });
  }
}

/** What the first history that goes wrong says. */
function firstFinding(run: (seed: number) => void): string | null {
  for (let seed = 1; seed <= SEEDS_TO_FIND; seed++) {
    try {
      run(seed);
    } catch (error) {
      return String(error);
    }
  }
  return null;
}

test.each(MUTANTS)('found: $name', { timeout: 3 * MINUTES }, async (mutant) => {
  const machine = await mutated(mutant);
  expect(firstFinding((seed) => new QuorumHistory(seed, machine).run())).not.toBeNull();
});

test.each(DRIVER_FAULTS)('found: $name', { timeout: 3 * MINUTES }, ({ faults }) => {
  expect(firstFinding((seed) => new QuorumHistory(seed, MACHINE, faults).run())).not.toBeNull();
});
