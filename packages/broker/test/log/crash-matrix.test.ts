import { describe, expect, test } from 'vitest';
import { patched, withFiles } from '../sim/variants.ts';
import { type DamageKind, damage, startOn } from './crash-damage.ts';
import type { PatchDisk } from './crash-machine.ts';
import {
  CRASH_FAULTS,
  countBoundaries,
  crashed,
  flawsAfter,
  flawsAfterFullDisk,
  flawsAfterTwo,
  type Moment,
  momentsOf,
} from './crash-matrix.ts';

/** `ODRADEK_CRASH_MATRIX=whole` takes every boundary of four workloads, which takes minutes; else some of one. */
const IS_WHOLE = process.env.ODRADEK_CRASH_MATRIX === 'whole';
const SEEDS = IS_WHOLE ? [1, 2, 3, 4] : [1];
const STEPS = 70;

/** Every boundary, or one of so many. */
const oneIn = (count: number) => (number: number) => IS_WHOLE || number % count === 0;

async function momentsOfAll(isWanted: (number: number) => boolean): Promise<Moment[]> {
  const found: Moment[] = [];
  for (const seed of SEEDS) found.push(...(await momentsOf({ seed, steps: STEPS, isWanted })));
  return found;
}

function told({ number, boundary }: Moment, fault: string, flaws: readonly string[]): string[] {
  return flaws.map((flaw) => `boundary ${number}, ${boundary.kind} ${boundary.path}, ${fault}: ${flaw}`);
}

describe('at every boundary of a workload', { timeout: 1_800_000 }, () => {
  test('a crash leaves what was appended, up to somewhere behind what was flushed', async () => {
    const moments = await momentsOfAll(oneIn(11));
    const flaws: string[] = [];
    for (const moment of moments) {
      for (const fault of CRASH_FAULTS) {
        const tree = crashed(moment, fault);
        const found = await flawsAfter({ tree, known: moment.known, faults: [fault] });
        flaws.push(...told(moment, fault, found));
      }
    }
    console.log(`crashes: ${moments.length} boundaries × ${CRASH_FAULTS.length} faults (${CRASH_FAULTS})`);
    expect(flaws).toEqual([]);
  });

  test('so does a crash, and another one at a boundary of the start that follows', async () => {
    const moments = await momentsOfAll((number) => number % (IS_WHOLE ? 10 : 160) === 0);
    const flaws: string[] = [];
    let runs = 0;
    for (const moment of moments) {
      for (const first of CRASH_FAULTS) {
        const second = moment.number % 20 === 0 ? 'drawn' : 'suffix lost';
        const twice = await flawsAfterTwo(moment, [first, second], oneIn(5));
        runs += twice.boundaries;
        flaws.push(...told(moment, first, twice.flaws));
      }
    }
    console.log(`double crashes: ${runs} boundaries of starts`);
    expect(flaws).toEqual([]);
  });

  test.each<DamageKind>(['bit flip', 'read error'])(
    'a %s takes the partition offline where the disk had the records, and ends the log where not',
    async (kind) => {
      const moments = await momentsOfAll(oneIn(7));
      const outcomes = new Map<string, number>();
      const flaws: string[] = [];
      for (const moment of moments) {
        const damaged = damage(moment, kind);
        if (damaged === null) continue;
        const { outcome, flaws: found } = await startOn(damaged.tree, moment.known, damaged.damage);
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        flaws.push(...told(moment, `${kind} at ${damaged.damage.path} ${damaged.damage.position}`, found));
      }
      const counts = [...outcomes].map(([outcome, count]) => `${outcome} ${count}`);
      console.log(`${kind}: ${moments.length} boundaries; ${counts.join(', ')}`);
      expect(flaws).toEqual([]);
    },
  );

  test('a disk that is full from there on, or for a while, loses nothing that was acknowledged', async () => {
    const flaws: string[] = [];
    let runs = 0;
    for (const seed of SEEDS) {
      const boundaries = await countBoundaries({ seed, steps: STEPS });
      for (let from = 1; from <= boundaries; from += IS_WHOLE ? 1 : 40) {
        for (const length of [20, boundaries]) {
          const found = await flawsAfterFullDisk({ seed, steps: STEPS, from, boundaries: length });
          flaws.push(...found.map((flaw) => `full from boundary ${from} for ${length}: ${flaw}`));
          runs++;
        }
      }
    }
    console.log(`full disk: ${runs} runs`);
    expect(flaws).toEqual([]);
  });
});

interface Variant {
  readonly name: string;
  readonly patchDisk: PatchDisk;
}

/** Faults that a log could have, put between it and its disk. Each must be found. */
const VARIANTS: readonly Variant[] = [
  { name: 'records are not synced', patchDisk: withoutSync((path) => path.endsWith('.log')) },
  {
    name: 'indexes are not synced',
    patchDisk: withoutSync((path) => /\.(index|timeindex|txnindex)$/.test(path)),
  },
  { name: 'names are not synced', patchDisk: (disk) => patched(disk, { syncDirectory: async () => {} }) },
  {
    name: 'what is cut off stays',
    patchDisk: (disk) =>
      withFiles(
        disk,
        (path) => path.endsWith('.log'),
        () => ({ truncate: async () => {} }),
      ),
  },
];

function withoutSync(isMeant: (path: string) => boolean): PatchDisk {
  return (disk) => withFiles(disk, isMeant, () => ({ sync: async () => {} }));
}

describe('a log whose disk is made faulty is found out', { timeout: 300_000 }, () => {
  test.each(VARIANTS)('when $name', async (variant) => {
    expect(await firstFlaw(variant)).not.toBeNull();
  });
});

async function firstFlaw({ patchDisk }: Variant): Promise<string | null> {
  for (let seed = 1; seed <= 4; seed++) {
    for (const moment of await momentsOf({ seed, steps: STEPS, patchDisk })) {
      for (const fault of CRASH_FAULTS) {
        const recovery = { tree: crashed(moment, fault), known: moment.known, faults: [fault], patchDisk };
        const [flaw] = await flawsAfter(recovery).catch((error: unknown) => [String(error)]);
        if (flaw !== undefined) return flaw;
      }
    }
  }
  return null;
}
