import { DamagedLogError } from '../../src/log/damaged-log-error.ts';
import type { PartitionLog } from '../../src/log/partition-log.ts';
import { baseOffsetAt, batchesIn, lastOffsetAt } from '../../src/protocol/record-batch.ts';
import { SeededRandom } from '../seeded-random.ts';
import type { FileTree } from '../sim/file-tree.ts';
import { contentFlaw, contentOf, logFlaws } from './crash-checks.ts';
import { CrashMachine, DATA } from './crash-machine.ts';
import { crashed, type Moment, opened } from './crash-matrix.ts';
import type { Known } from './partition-history.ts';

export type DamageKind = 'bit flip' | 'read error';

/** One bad place in the records of a partition. */
export interface Damage {
  readonly kind: DamageKind;
  readonly name: string;
  readonly path: string;
  readonly position: number;
  /** Of the batch that it lies in. */
  readonly baseOffset: number;
  readonly endOffset: number;
  /** Whether the batch was on the disk for certain, as the start can know. */
  readonly isBelow: boolean;
  /** Whether what was on the disk for certain lies before it in the file. */
  readonly hasBelowBefore: boolean;
}

/** What a start made of it. */
export type Outcome =
  | 'offline at the start'
  | 'offline at a read'
  | 'log ends before it'
  | 'not part of the log';

/** Damages the records of one partition after a crash; null when there are none, or the place is none that counts. */
export function damage(moment: Moment, kind: DamageKind): { tree: FileTree; damage: Damage } | null {
  const random = new SeededRandom(moment.number, 13);
  const tree = crashed(moment, random.chance(0.5) ? 'all kept' : 'suffix lost');
  if (tree.find(DATA) === undefined) return null;
  const files = [...tree.directory(DATA).entries('live')].flatMap(([name, directory]) =>
    directory.kind !== 'directory'
      ? []
      : [...directory.entries('live')].flatMap(([file, node]) =>
          node.kind === 'file' && file.endsWith('.log') && node.size > 0 ? [{ name, file, node }] : [],
        ),
  );
  if (files.length === 0) return null;
  const { name, file, node } = random.pick(files);
  const position = random.below(node.size);
  const content = node.content('live');
  const recoveryPoint = recoveryPointOf(tree, name);
  let at = 0;
  for (const batch of batchesIn(content)) {
    if (position < at + batch.length) break;
    at += batch.length;
  }
  const batch = [...batchesIn(content.subarray(at))][0];
  // Kafka's format has no checksum over base offset and leader epoch.
  const isUnprotected = position - at < 8 || (position - at >= 12 && position - at < 16);
  if (batch === undefined || isUnprotected) return null;
  const path = `${DATA}/${name}/${file}`;
  const baseOffset = baseOffsetAt(batch);
  const isBelow = baseOffset < recoveryPoint;
  const hasBelowBefore = Number(file.slice(0, 20)) < recoveryPoint;
  // What was there: the bit may be one of the batch's own offsets.
  const place = { kind, name, path, position, baseOffset, endOffset: lastOffsetAt(batch) + 1 };
  if (kind === 'bit flip') {
    const flipped = Uint8Array.of((content[position] ?? 0) ^ (1 << random.below(8)));
    node.change({ kind: 'write', position, bytes: flipped });
  }
  return { tree, damage: { ...place, isBelow, hasBelowBefore } };
}

function recoveryPointOf(tree: FileTree, name: string): number {
  if (tree.find(`${DATA}/.kafka_cleanshutdown`) !== undefined) return Number.POSITIVE_INFINITY;
  const file = tree.find(`${DATA}/recovery-point-offset-checkpoint`);
  const text = file?.kind === 'file' ? Buffer.from(file.content('live')).toString() : '';
  const [topic] = name.split('-');
  return Number(new RegExp(`^${topic} 0 (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
}

/** Starts on it and reads everything. Returns what was made of the damage, and what is wrong with that. */
export async function startOn(
  tree: FileTree,
  known: readonly Known[],
  place: Damage,
): Promise<{ outcome: Outcome; flaws: string[] }> {
  const machine = new CrashMachine({ tree });
  if (place.kind === 'read error') {
    const { path, position } = place;
    machine.condition.unreadable = { path, from: position, to: position + 1 };
  }
  const directory = await machine.openDirectory({ hasTasks: false });
  const flaws: string[] = [];
  let outcome: Outcome = 'not part of the log';
  for (const partition of known) {
    if (partition.name !== place.name) {
      const log = await opened(machine, directory, partition.name);
      const found = await logFlaws(machine, log, { known: partition, floor: 0 });
      flaws.push(...found.map((flaw) => `the other partition: ${flaw}`));
      continue;
    }
    const log = await openedOrDamaged(machine, () => opened(machine, directory, partition.name));
    const judged = log === null ? null : await judge(machine, log, { known: partition, place });
    outcome = judged?.outcome ?? 'offline at the start';
    flaws.push(...(judged?.flaws ?? []));
  }
  const isOffline = outcome === 'offline at the start' || outcome === 'offline at a read';
  const reports = machine.said.filter(({ level }) => level === 'error').length;
  if (reports !== (isOffline ? 1 : 0)) flaws.push(`reported ${reports} times: ${outcome}`);
  if (outcome === 'log ends before it' && place.isBelow)
    flaws.push('what was on the disk for certain is cut off');
  if (isOffline && !place.isBelow && !(place.kind === 'read error' && place.hasBelowBefore))
    flaws.push(`${outcome}, for records that need not be there`);
  if (outcome === 'log ends before it' && !machine.said.some(({ level }) => level === 'warn'))
    flaws.push('the loss is not reported');
  return { outcome, flaws };
}

async function openedOrDamaged(
  machine: CrashMachine,
  open: () => Promise<PartitionLog>,
): Promise<PartitionLog | null> {
  try {
    return await open();
  } catch (error) {
    if (error instanceof DamagedLogError) return null;
    throw new Error(`not a DamagedLogError, with ${machine.said.length} lines said`, { cause: error });
  }
}

async function judge(
  machine: CrashMachine,
  log: PartitionLog,
  { known, place }: { known: Known; place: Damage },
): Promise<{ outcome: Outcome; flaws: string[] }> {
  const { batches, isRefused } = await contentOf(machine, log);
  const flaw = contentFlaw(batches, log, known);
  const flaws = flaw === null ? [] : [flaw];
  if (isRefused) {
    if (!log.isOffline) flaws.push('it refuses a read and is not offline');
    return { outcome: 'offline at a read', flaws };
  }
  const isPart = log.logStartOffset < place.endOffset && place.baseOffset < log.logEndOffset;
  if (isPart) flaws.push('damaged bytes were read without a complaint');
  return {
    outcome: log.logEndOffset <= place.baseOffset ? 'log ends before it' : 'not part of the log',
    flaws,
  };
}
