import { describe, expect, test } from 'vitest';
import type { Disk } from '../../src/runtime/disk.ts';
import { patched, withFiles } from '../sim/variants.ts';
import { CompactedTable, clean, TABLE, tableOf } from './compacted-table.ts';
import { indexFlaws, overlapFlaws } from './crash-checks.ts';
import { CrashMachine, DATA, type PatchDisk } from './crash-machine.ts';
import { CRASH_FAULTS, type CrashFault, crashed, losesPower, type Moment, momentAt } from './crash-matrix.ts';

/** As a rule some of the boundaries are enough to see a rule broken. */
const IS_WHOLE = process.env.ODRADEK_CRASH_MATRIX === 'whole';

const FAULTS: readonly CrashFault[] = [...CRASH_FAULTS, 'names in disorder'];

const RECOVERY_POINTS = `${DATA}/recovery-point-offset-checkpoint`;

/** A boundary, and what must be there of the one partition. */
interface CleaningMoment extends Moment {
  readonly floors: { readonly written: number; readonly flushed: number };
}

interface Workload {
  readonly table: CompactedTable;
  readonly moments: readonly CleaningMoment[];
}

/** Cleans, appends and cleans again, while the checkpoint of recovery points is not written by the clock. */
async function cleanings(options: {
  readonly lag: 'behind' | 'never written';
  readonly isWanted: (number: number) => boolean;
  readonly patchDisk?: PatchDisk;
}): Promise<Workload> {
  const { isWanted } = options;
  const moments: CleaningMoment[] = [];
  let isUnderWay = false;
  let number = 0;
  let floors = () => ({ written: 0, flushed: 0 });
  const machine: CrashMachine = new CrashMachine({
    ...(options.patchDisk !== undefined && { patchDisk: options.patchDisk }),
    onBoundary: (boundary) => {
      if (!isUnderWay || !isWanted(++number)) return;
      moments.push({ ...momentAt(machine, boundary, { number, known: [] }), floors: floors() });
    },
  });
  const table = new CompactedTable();
  if (options.lag === 'behind') {
    const log = await table.open(machine, await machine.openDirectory({ hasTasks: true }));
    await table.append(machine, log, 6);
    await machine.done(log.flush());
    await machine.sleep(200);
    machine.restart();
  }
  const log = await table.open(machine, await machine.openDirectory({ hasTasks: false }));
  floors = () => ({ written: log.logEndOffset, flushed: log.recoveryPoint });
  await table.append(machine, log, 26);
  await machine.done(log.flush());
  isUnderWay = true;
  const counts = await clean(machine, log);
  expect(counts?.recordsWritten).toBeLessThan((counts?.recordsRead ?? 0) / 2);
  await table.append(machine, log, 14);
  await clean(machine, log);
  await table.append(machine, log, 5);
  await machine.sleep(50);
  isUnderWay = false;
  expect(await tableOf(machine, log)).toEqual(table.at(log.logEndOffset));
  return { table, moments };
}

/** What is wrong with the log after the crash, and when it was cleaned then. */
async function flawsAfter(
  table: CompactedTable,
  { moment, fault }: { moment: CleaningMoment; fault: CrashFault },
): Promise<string[]> {
  const machine = new CrashMachine({ tree: crashed(moment, fault) });
  const directory = await machine.openDirectory({ hasTasks: false });
  const log = await table.open(machine, directory);
  const flaws: string[] = [];
  const { written, flushed } = moment.floors;
  const floor = losesPower(fault) ? flushed : written;
  const { logEndOffset } = log;
  if (logEndOffset < floor) flaws.push(`the log ends at ${logEndOffset}, ${floor} was there for certain`);
  const expected = JSON.stringify(table.at(logEndOffset));
  const said = async (when: string) => {
    const is = JSON.stringify(await tableOf(machine, log));
    if (is !== expected) flaws.push(`${when} it says ${is} and not ${expected}`);
  };
  await said('opened');
  flaws.push(...overlapFlaws(machine.tree, TABLE));
  log.updateHighWatermark(logEndOffset);
  if ((await clean(machine, log)) === null) flaws.push('it cannot be cleaned');
  await said('cleaned');
  await machine.done(directory.close(1));
  flaws.push(...indexFlaws(machine.tree, TABLE));
  for (const { level, message } of machine.said) if (level === 'error') flaws.push(`said: ${message}`);
  return flaws;
}

describe('at every boundary of two cleanings and what is appended between them', () => {
  test.each(['behind', 'never written'] as const)(
    'a crash leaves what the log said, with a checkpoint that is %s',
    async (lag) => {
      const isWanted = (number: number) => IS_WHOLE || number % 7 === 0;
      const { table, moments } = await cleanings({ lag, isWanted });
      const flaws: string[] = [];
      for (const moment of moments) {
        for (const fault of FAULTS) {
          const found = await flawsAfter(table, { moment, fault }).catch((error) => [String(error)]);
          const { kind, path } = moment.boundary;
          flaws.push(...found.map((flaw) => `${moment.number} ${kind} ${path}, ${fault}: ${flaw}`));
        }
      }
      console.log(`cleaning: ${moments.length} boundaries × ${FAULTS.length} faults (${FAULTS})`);
      expect(flaws.slice(0, 10)).toEqual([]);
    },
    1_800_000,
  );
});

/** The disk, on which the names of a directory are not synced after the renames that `isMeant`. */
function withoutSyncBehind(isMeant: (to: string) => boolean): PatchDisk {
  return (disk) => {
    let isForgotten = false;
    return patched(disk, {
      rename: (from, to) => {
        isForgotten = isMeant(to);
        return disk.rename(from, to);
      },
      syncDirectory: async (directory) => {
        if (!isForgotten || !directory.endsWith(TABLE)) await disk.syncDirectory(directory);
        isForgotten = false;
      },
    });
  };
}

describe('a cleaning whose disk is made faulty is found out', () => {
  test.each([
    ['the names of what is replaced', withoutSyncBehind((to) => to.endsWith('.deleted'))],
    ['the names of what is ready', withoutSyncBehind((to) => to.endsWith('.swap'))],
    ['names at all', (disk: Disk) => patched(disk, { syncDirectory: async () => {} })],
    [
      'what is ready',
      (disk: Disk) =>
        withFiles(
          disk,
          (path) => path.endsWith('.log.cleaned'),
          () => ({ sync: async () => {} }),
        ),
    ],
  ] as const)(
    'when it does not sync %s',
    async (_, patchDisk) => {
      const { table, moments } = await cleanings({ lag: 'behind', isWanted: () => true, patchDisk });
      expect(await isFoundOut(table, moments)).toBe(true);
    },
    120_000,
  );

  async function isFoundOut(table: CompactedTable, moments: readonly CleaningMoment[]): Promise<boolean> {
    for (const moment of moments.filter(({ boundary }) => !boundary.kind.includes('write'))) {
      const fault = 'names in disorder';
      const flaws = await flawsAfter(table, { moment, fault }).catch((error) => [String(error)]);
      if (flaws.length > 0) return true;
    }
    return false;
  }
});

describe('after a crash a log that was cleaned is whole', () => {
  async function cleaned() {
    const machine = new CrashMachine();
    const table = new CompactedTable();
    const directory = await machine.openDirectory({ hasTasks: false });
    const log = await table.open(machine, directory);
    await table.append(machine, log, 40);
    await machine.done(log.flush());
    expect(await clean(machine, log)).not.toBeNull();
    return { machine, table, directory, logEndOffset: log.logEndOffset };
  }

  test('when only the cleaner’s own checkpoint says so, as Kafka leaves it', async () => {
    const { machine, table, directory, logEndOffset } = await cleaned();
    await machine.done(directory.cleanerCheckpoint.write(directory.logs));
    machine.restart();
    await machine.done(machine.disk.remove(RECOVERY_POINTS));
    const file = await machine.done(machine.disk.open(RECOVERY_POINTS, 'create'));
    await machine.done(file.write([Buffer.from('0\n1\ntables 0 5\n')], 0));
    const again = await table.open(machine, await machine.openDirectory({ hasTasks: false }));
    expect([again.logEndOffset, await tableOf(machine, again)]).toEqual([
      logEndOffset,
      table.at(logEndOffset),
    ]);
  });

  test('when no recovery point was written since the start but by the cleaning', async () => {
    const { machine, table, logEndOffset } = await cleaned();
    machine.restart();
    const again = await table.open(machine, await machine.openDirectory({ hasTasks: false }));
    expect([again.logEndOffset, await tableOf(machine, again)]).toEqual([
      logEndOffset,
      table.at(logEndOffset),
    ]);
    expect(machine.said).toEqual([]);
  });

  test.each(['missing', 'damaged'])('when the file of the recovery points is %s', async (how) => {
    const { machine, table, logEndOffset } = await cleaned();
    machine.restart();
    await machine.done(machine.disk.remove(RECOVERY_POINTS));
    if (how === 'damaged') {
      const file = await machine.done(machine.disk.open(RECOVERY_POINTS, 'create'));
      await machine.done(file.write([Buffer.from('0\n3\ntables 0')], 0));
    }
    const again = await table.open(machine, await machine.openDirectory({ hasTasks: false }));
    expect([again.logEndOffset, await tableOf(machine, again)]).toEqual([
      logEndOffset,
      table.at(logEndOffset),
    ]);
  });

  test('when its topic is not compacted any more', async () => {
    const { machine, table, logEndOffset } = await cleaned();
    machine.restart();
    const directory = await machine.openDirectory({ hasTasks: false });
    const config = { cleanupPolicy: ['delete'], retentionMs: -1 } as const;
    const again = await table.open(machine, directory, config);
    await table.append(machine, again, 10);
    machine.restart();
    const third = await table.open(machine, await machine.openDirectory({ hasTasks: false }), config);
    expect(third.logEndOffset).toBe(again.logEndOffset);
    expect(third.logEndOffset).toBeGreaterThan(logEndOffset);
    expect(await tableOf(machine, third)).toEqual(table.at(third.logEndOffset));
  });
});

describe('what the cleaner says of a log goes down, durably, with a cut below it', () => {
  const CLEANED = `${DATA}/cleaner-offset-checkpoint`;

  /** A log that is clean up to 81, and says so on the disk. */
  async function cleanLog(isRestored: boolean) {
    const machine = new CrashMachine();
    const table = new CompactedTable();
    let directory = await machine.openDirectory({ hasTasks: false });
    let log = await table.open(machine, directory);
    await table.append(machine, log, 26);
    await clean(machine, log);
    await machine.done(directory.cleanerCheckpoint.write(directory.logs));
    const { cleanedTo } = log.compaction;
    machine.restart();
    directory = await machine.openDirectory({ hasTasks: false });
    log = await table.open(machine, directory);
    if (isRestored) await machine.done(directory.cleanerCheckpoint.restore(directory.logs));
    return { machine, table, directory, log, cleanedTo: cleanedTo ?? 0 };
  }

  function lineOf(machine: CrashMachine): string {
    machine.tree.losePower({ kept: () => 0, torn: () => null });
    const file = machine.tree.find(CLEANED);
    return file?.kind === 'file' ? Buffer.from(file.content('live')).toString() : '';
  }

  test.each([true, false])('whether the cleaner has looked at it yet or not: %s', async (isRestored) => {
    const { machine, directory, log, cleanedTo } = await cleanLog(isRestored);
    expect(cleanedTo).toBeGreaterThan(50);
    await machine.done(log.follower.truncateTo(cleanedTo + 1));
    expect(lineOf(machine)).toBe(`0\n1\ntables 0 ${cleanedTo}\n`);
    await machine.done(log.follower.truncateTo(40));
    const cut = log.logEndOffset;
    expect(cut).toBeLessThanOrEqual(40);
    expect(lineOf(machine)).toBe(`0\n1\ntables 0 ${cut}\n`);
    await machine.done(directory.cleanerCheckpoint.restore(directory.logs));
    expect(log.compaction.cleanedTo).toBe(cut);
    await machine.done(log.follower.startAt(30));
    expect(lineOf(machine)).toBe('0\n1\ntables 0 30\n');
  });
});
