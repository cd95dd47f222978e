import { DamagedLogError } from './damaged-log-error.ts';
import type { LogEnvironment } from './log-environment.ts';
import {
  CLEANED_SUFFIX,
  DELETED_SUFFIX,
  parseSegmentFileName,
  type SegmentFileName,
  SWAP_SUFFIX,
} from './segment-files.ts';
import { scanChecked } from './segment-scan.ts';

/** A file of a partition's directory that belongs to a segment. */
export interface FoundFile extends SegmentFileName {
  readonly path: string;
}

/**
 * The files of a partition that are in use, once all that a crash left half-done is done or undone, as Kafka's
 * LogLoader does it: what was to be removed is, a cleaning that had not ended leaves nothing, one that had is put in
 * the place of what it replaces, and indexes without a segment go. What was changed is durable.
 */
export async function settleFiles(
  environment: LogEnvironment,
  directory: string,
): Promise<readonly FoundFile[]> {
  const { disk } = environment;
  const found = await listFiles(environment, directory);
  const unfinished = found.filter((file) => file.state === CLEANED_SUFFIX);
  // Segments get their .swap names from the last to the first: behind one that has none yet, none counts.
  const firstUnfinished = Math.min(...unfinished.map((file) => file.offset));
  const undone = found.filter((file) => file.state === SWAP_SUFFIX && file.offset >= firstUnfinished);
  if (undone.length > 0) {
    await removeAll(environment, undone);
    // Without the .cleaned files, the .swap ones would be those of a cleaning that ended.
    await disk.syncDirectory(directory);
  }
  const stray = found.filter((file) => file.state === DELETED_SUFFIX);
  await removeAll(environment, [...unfinished, ...stray]);
  const left = found.filter(
    (file) => file.state === '' || (file.state === SWAP_SUFFIX && !undone.includes(file)),
  );
  const settled = await completeSwap(environment, left);
  const bases = new Set(settled.filter((file) => file.suffix === '.log').map((file) => file.offset));
  const isOrphan = (file: FoundFile) =>
    file.suffix !== '.log' && file.suffix !== '.snapshot' && !bases.has(file.offset);
  const orphans = settled.filter(isOrphan);
  for (const { path } of orphans) environment.logger.warn({ path }, 'Removing an index without a segment');
  await removeAll(environment, orphans);
  const isChanged = unfinished.length + stray.length + orphans.length > 0 || settled !== left;
  if (isChanged) await disk.syncDirectory(directory);
  return settled.filter((file) => !isOrphan(file));
}

async function listFiles({ disk }: LogEnvironment, directory: string): Promise<FoundFile[]> {
  return (await disk.list(directory)).flatMap(({ name }) => {
    const parsed = parseSegmentFileName(name);
    return parsed === null ? [] : [{ ...parsed, path: `${directory}/${name}` }];
  });
}

async function removeAll({ disk }: LogEnvironment, files: readonly FoundFile[]): Promise<void> {
  for (const { path } of files) await disk.remove(path);
}

/** Puts segments in their places that a cleaning had ready; the same array when there are none. */
async function completeSwap(
  environment: LogEnvironment,
  files: readonly FoundFile[],
): Promise<readonly FoundFile[]> {
  const swaps = files.filter((file) => file.state === SWAP_SUFFIX);
  if (swaps.length === 0) return files;
  const inUse = files.filter((file) => file.state === '');
  const range = await swappedRange(environment, swaps, inUse);
  if (range === null) {
    await removeAll(environment, swaps);
    return inUse;
  }
  const isReplaced = (file: FoundFile) =>
    file.suffix !== '.snapshot' &&
    file.offset >= range.from &&
    (file.offset < range.to || range.from === file.offset);
  await removeAll(environment, inUse.filter(isReplaced));
  const placed: FoundFile[] = [];
  // The records first: an index that has its name already is removed with what is replaced, if this is done again.
  for (const swap of [...swaps].sort((left, right) => orderOf(left) - orderOf(right))) {
    const path = swap.path.slice(0, -SWAP_SUFFIX.length);
    environment.logger.info({ path }, 'Putting a cleaned segment in its place');
    await environment.disk.rename(swap.path, path);
    placed.push({ ...swap, state: '', path });
  }
  const taken = new Set(placed.map((file) => file.path));
  return [...inUse.filter((file) => !isReplaced(file) && !taken.has(file.path)), ...placed];
}

function orderOf(file: FoundFile): number {
  return file.suffix === '.log' ? 0 : 1;
}

/**
 * The offsets that the cleaned segments stand for; null when one of them is damaged and what it was to replace is
 * still there. Only indexes left means that the segments themselves are in their places.
 */
async function swappedRange(
  environment: LogEnvironment,
  swaps: readonly FoundFile[],
  inUse: readonly FoundFile[],
): Promise<{ from: number; to: number } | null> {
  const logs = swaps.filter((file) => file.suffix === '.log');
  const from = Math.min(...logs.map((file) => file.offset));
  let to = Number.NEGATIVE_INFINITY;
  for (const { path, offset } of logs) {
    const { sizeInBytes } = await environment.disk.stat(path);
    const range = { from: 0, to: sizeInBytes, fromOffset: offset };
    const end = await environment.files.use(path, (file) => scanChecked(file, range, () => {}));
    await environment.files.forget(path);
    to = Math.max(to, end.nextOffset);
    if (end.flaw === null) continue;
    const error = new DamagedLogError(path, end.flaw);
    // What is replaced goes in ascending order: with its first segment all of it is there.
    if (!inUse.some((file) => file.suffix === '.log' && file.offset === from)) throw error;
    environment.logger.warn({ path, reason: error.message }, 'Leaving out a cleaned segment that is damaged');
    return null;
  }
  return { from, to };
}
