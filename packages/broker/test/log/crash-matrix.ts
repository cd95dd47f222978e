import { DirectoryError } from '../../src/log/directory-error.ts';
import type { LogDirectory } from '../../src/log/log-directory.ts';
import { DiskError } from '../../src/runtime/disk.ts';
import { SeededRandom } from '../seeded-random.ts';
import { drawnPowerLoss, type FileTree, type PowerLoss } from '../sim/file-tree.ts';
import { indexFlaws, logFlaws } from './crash-checks.ts';
import { type Boundary, CrashMachine, type PatchDisk, type WriteUnderWay } from './crash-machine.ts';
import { CrashWorkload, PARTITIONS } from './crash-workload.ts';
import type { Known } from './partition-history.ts';

/** What a crash leaves, where it damages nothing that was on the disk. */
export type CrashFault = 'suffix lost' | 'all kept' | 'last write torn' | 'drawn' | 'names in disorder';

export const CRASH_FAULTS: readonly CrashFault[] = ['suffix lost', 'all kept', 'last write torn', 'drawn'];

/** The disk at a boundary, and what is known of the partitions there. */
export interface Moment {
  readonly boundary: Boundary;
  readonly number: number;
  readonly tree: FileTree;
  readonly writing: readonly WriteUnderWay[];
  readonly known: readonly Known[];
}

const NOTHING_KEPT: PowerLoss = { kept: () => 0, torn: () => null };

/** How many boundaries a workload has. */
export async function countBoundaries(options: { seed: number; steps: number }): Promise<number> {
  let count = 0;
  await momentsOf({
    ...options,
    isWanted: () => {
      count++;
      return false;
    },
  });
  return count;
}

/** Runs a workload and keeps every boundary of it that `isWanted`. */
export async function momentsOf(options: {
  readonly seed: number;
  readonly steps: number;
  readonly patchDisk?: PatchDisk;
  readonly isWanted?: (number: number) => boolean;
}): Promise<Moment[]> {
  const moments: Moment[] = [];
  let number = 0;
  const { isWanted = () => true } = options;
  const machine: CrashMachine = new CrashMachine({
    ...options,
    onBoundary: (boundary) => {
      number++;
      if (isWanted(number)) moments.push(momentAt(machine, boundary, { number, known: knownNow() }));
    },
  });
  const workload = new CrashWorkload(machine, options.seed);
  const knownNow = () => [...workload.histories.values()].map((history) => history.known());
  await workload.run(options.steps);
  return moments;
}

/** The disk as it is, at a boundary. */
export function momentAt(
  machine: CrashMachine,
  boundary: Boundary,
  { number, known }: { number: number; known: readonly Known[] },
): Moment {
  const { tree, copyOf } = machine.tree.copy();
  const writing = [...machine.writing].flatMap((write) => {
    const node = copyOf(write.node);
    return node === undefined ? [] : [{ ...write, node }];
  });
  return { boundary, number, tree, writing, known };
}

/** What the crash leaves of the disk. The moment stays as it is. */
export function crashed(moment: Moment, fault: CrashFault): FileTree {
  const random = new SeededRandom(moment.number, 11);
  const { tree, copyOf } = moment.tree.copy();
  if (fault === 'suffix lost') tree.losePower(NOTHING_KEPT);
  if (fault === 'drawn') tree.losePower(drawnPowerLoss(random));
  if (fault === 'names in disorder')
    tree.losePower({ ...drawnPowerLoss(random), keepsName: () => random.chance(0.5) });
  if (fault === 'last write torn') {
    for (const { node, position, bytes } of moment.writing) {
      const torn = bytes.slice(0, random.below(bytes.length + 1));
      copyOf(node)?.change({ kind: 'write', position, bytes: random.chance(0.3) ? torn.fill(0) : torn });
    }
  }
  return tree;
}

/** Whether what was written and not synced may be gone. */
export function losesPower(fault: CrashFault): boolean {
  return fault !== 'all kept' && fault !== 'last write torn';
}

/** What must be there after it. */
function floorOf(known: Known, faults: readonly CrashFault[]): number {
  return faults.some(losesPower) ? known.flushedEnd : known.writtenEnd;
}

export interface Recovery {
  readonly tree: FileTree;
  readonly known: readonly Known[];
  readonly faults: readonly CrashFault[];
  /** The disk was full for a while: what belongs to records and is written behind them may be missing. */
  readonly wasFull?: boolean;
  readonly patchDisk?: PatchDisk;
  readonly onMoment?: (moment: Moment) => void;
}

/** Starts on what a crash has left, and returns what is wrong with it. */
export async function flawsAfter(recovery: Recovery): Promise<string[]> {
  const { tree, known, faults, onMoment } = recovery;
  let number = 0;
  const machine: CrashMachine = new CrashMachine({
    tree,
    ...(recovery.patchDisk !== undefined && { patchDisk: recovery.patchDisk }),
    ...(onMoment !== undefined && {
      onBoundary: (boundary) => onMoment(momentAt(machine, boundary, { number: ++number, known })),
    }),
  });
  const flaws: string[] = [];
  for (const isAgain of [false, true]) {
    const directory = await machine.openDirectory({ hasTasks: false });
    for (const partition of known) {
      const log = await opened(machine, directory, partition.name);
      const floor = floorOf(partition, faults);
      const { wasFull } = recovery;
      const found = await logFlaws(machine, log, { known: partition, floor, ...(wasFull && { wasFull }) });
      flaws.push(...found.map((flaw) => `${partition.name}${isAgain ? ', opened again' : ''}: ${flaw}`));
    }
    await machine.done(directory.close(1));
    machine.restart();
    for (const { name } of known) flaws.push(...indexFlaws(machine.tree, name));
    if (onMoment !== undefined) break;
  }
  flaws.push(
    ...machine.said.filter(({ level }) => level === 'error').map(({ message }) => `said: ${message}`),
  );
  return flaws;
}

export function opened(machine: CrashMachine, directory: LogDirectory, name: string) {
  const [topic = ''] = name.split('-');
  const options = PARTITIONS[name];
  if (options === undefined) throw new Error(`no partition ${name}`);
  return machine.done(directory.openLog({ topic, partition: 0 }, options));
}

/**
 * What is wrong after a crash, a start on what it left that is itself stopped at one of its boundaries, and another
 * start. Returns how many such boundaries were taken.
 */
export async function flawsAfterTwo(
  moment: Moment,
  [first, second]: readonly [CrashFault, CrashFault],
  isWanted: (number: number) => boolean,
): Promise<{ boundaries: number; flaws: string[] }> {
  const within: Moment[] = [];
  const { known } = moment;
  await flawsAfter({
    ...{ tree: crashed(moment, first), known, faults: [first] },
    onMoment: (reached) => {
      if (isWanted(reached.number)) within.push(reached);
    },
  });
  const flaws: string[] = [];
  for (const reached of within) {
    const found = await flawsAfter({ tree: crashed(reached, second), known, faults: [first, second] });
    const { kind, path } = reached.boundary;
    flaws.push(...found.map((flaw) => `${second} at ${kind} ${path} of the start: ${flaw}`));
  }
  return { boundaries: within.length, flaws };
}

/** Runs a workload on a disk that is full from a boundary on, and for good or for a while, and starts again after it. */
export async function flawsAfterFullDisk(options: {
  readonly seed: number;
  readonly steps: number;
  readonly from: number;
  readonly boundaries: number;
}): Promise<string[]> {
  const { seed, steps, from, boundaries } = options;
  let number = 0;
  const machine: CrashMachine = new CrashMachine({
    seed,
    onBoundary: () => {
      number++;
      machine.condition.isFull = number >= from && number < from + boundaries;
    },
  });
  const workload = new CrashWorkload(machine, seed);
  try {
    await workload.run(steps);
  } catch (error) {
    // A start on a full disk may be refused, and ends the workload.
    if (!(error instanceof DiskError || error instanceof DirectoryError)) throw error;
  }
  const known = [...workload.histories.values()].map((history) => history.known());
  machine.restart();
  return flawsAfter({ tree: machine.tree, known, faults: ['all kept'], wasFull: true });
}
