import { LeaderEpochCache } from '../../src/log/leader-epoch-cache.ts';
import type { PartitionLog } from '../../src/log/partition-log.ts';
import { applyBatch } from '../../src/log/producer-append.ts';
import { ProducerState } from '../../src/log/producer-state.ts';
import {
  baseOffsetAt,
  batchesIn,
  lastOffsetAt,
  leaderEpochAt,
  maxTimestampAt,
} from '../../src/protocol/record-batch.ts';
import type { FileNode, FileTree } from '../sim/file-tree.ts';
import { type CrashMachine, DATA } from './crash-machine.ts';
import type { AppendedBatch, Known, Timeline } from './partition-history.ts';

/** What a reader got: the batches from the log start on, and whether the log refused before its end. */
export interface Content {
  readonly batches: readonly Uint8Array[];
  readonly isRefused: boolean;
}

/** All that a consumer gets of a log, and again from offsets in the middle of it. */
export async function contentOf(machine: CrashMachine, log: PartitionLog): Promise<Content> {
  const batches: Uint8Array[] = [];
  let next = log.logStartOffset;
  while (next < log.logEndOffset) {
    const request = { fromOffset: next, maxBytes: 300, upToOffset: log.logEndOffset, minOneBatch: true };
    const read = await machine.done(Promise.resolve(log.read(request)));
    if (read.kind === 'refused') return { batches, isRefused: true };
    if (read.sizeInBytes === 0) throw new Error(`nothing to read at ${next} of ${log.logEndOffset}`);
    for (const part of read.parts) batches.push(...batchesIn(part.slice()));
    next = read.nextOffset;
  }
  return { batches, isRefused: false };
}

/** The batches of a timeline that lie one behind the other from its beginning up to `endOffset`; null where there is a gap. */
function chain(timeline: Timeline, endOffset: number): AppendedBatch[] | null {
  const found: AppendedBatch[] = [];
  let next = 0;
  for (const [base, candidates] of [...timeline].sort(([left], [right]) => left - right)) {
    const batch = candidates.at(-1);
    // What was cut off, and written anew in other batches, lies across these.
    if (batch === undefined || base < next) continue;
    if (base > next || base >= endOffset) break;
    found.push(batch);
    next = batch.endOffset;
  }
  return next === endOffset ? found : null;
}

/** What is wrong with the content, or null: it must be what was appended, from the log start on, without a gap. */
export function contentFlaw(content: readonly Uint8Array[], log: PartitionLog, known: Known): string | null {
  const flaws = known.timelines.map((timeline) => {
    for (const bytes of content) {
      const base = baseOffsetAt(bytes);
      const isKnown = timeline.get(base)?.some((batch) => Buffer.from(batch.bytes).equals(bytes));
      if (isKnown !== true) return `the batch at ${base} is not one that was appended`;
    }
    let next: number | null = null;
    for (const bytes of content) {
      if (next !== null && baseOffsetAt(bytes) !== next) return `a gap before ${baseOffsetAt(bytes)}`;
      next = lastOffsetAt(bytes) + 1;
    }
    const [first] = content;
    if (first !== undefined && baseOffsetAt(first) > log.logStartOffset) return 'it begins behind its start';
    return null;
  });
  return flaws.includes(null) ? null : (flaws[0] ?? null);
}

/** What was acknowledged, and was not cut off since, must be there: no other batch of its offsets. */
function acknowledgedFlaw(
  content: readonly Uint8Array[],
  log: PartitionLog,
  { known, floor }: { known: Known; floor: number },
): string | null {
  const [timeline, ...others] = known.timelines;
  if (timeline === undefined || others.length > 0) return null;
  const there = new Map(content.map((bytes) => [baseOffsetAt(bytes), Buffer.from(bytes)]));
  for (const [base, candidates] of timeline) {
    const acknowledged = candidates.find((batch) => batch.isAcknowledged);
    if (acknowledged === undefined || base < log.logStartOffset || acknowledged.endOffset > floor) continue;
    if (there.get(base)?.equals(acknowledged.bytes) !== true)
      return `the batch at ${base} was acknowledged, and another is there`;
  }
  return null;
}

/** What is wrong with a log after a crash that damaged nothing, in words. */
export async function logFlaws(
  machine: CrashMachine,
  log: PartitionLog,
  { known, floor, wasFull = false }: { known: Known; floor: number; wasFull?: boolean },
): Promise<string[]> {
  const flaws: string[] = [];
  const { batches, isRefused } = await contentOf(machine, log);
  if (isRefused) flaws.push('it refuses to be read');
  if (log.logEndOffset < floor) flaws.push(`it ends at ${log.logEndOffset}, ${floor} was there for certain`);
  if (log.logEndOffset > known.assignedEnd)
    flaws.push(`it ends at ${log.logEndOffset}, which nobody appended`);
  if (log.logStartOffset > known.logStart) flaws.push(`it begins at ${log.logStartOffset}, deleted was less`);
  const flaw = contentFlaw(batches, log, known) ?? acknowledgedFlaw(batches, log, { known, floor });
  if (flaw !== null) return [...flaws, flaw];
  // A log that begins anew behind records that were deleted, or lost, knows nothing of them; of deleted ones only the
  // checkpoint of epochs tells, which a full disk may have refused.
  const isAnew = batches.length === 0 && (log.logEndOffset > floor || wasFull);
  for (const timeline of isAnew ? [] : known.timelines) {
    const whole = chain(timeline, log.logEndOffset);
    if (whole === null) continue;
    const found = [
      ...replayFlaws(log, whole),
      ...(await abortedFlaws(machine, log, whole)),
      ...epochFlaws(log, whole, known.logStart),
    ];
    if (found.length > 0) flaws.push(...found);
    break;
  }
  flaws.push(...(await lookUpFlaws(machine, log, batches)));
  return flaws;
}

/** The producers must be what all that was ever appended makes of them. */
function replayFlaws(log: PartitionLog, whole: readonly AppendedBatch[]): string[] {
  const state = new ProducerState(0);
  for (const { bytes } of whole) applyBatch(state, bytes, 0);
  const expected = producersText(state.entries());
  const found = producersText(log.producers());
  return expected === found ? [] : [`its producers are ${found}, a replay gives ${expected}`];
}

function producersText(entries: Iterable<Parameters<typeof producerText>[0]>): string {
  return [...entries].map(producerText).sort().join(' ');
}

function producerText(entry: {
  producerId: number;
  epoch: number;
  coordinatorEpoch: number;
  lastTimestamp: number;
  currentTxnFirstOffset: number;
  batches: readonly { lastSequence: number; lastOffset: number }[];
}): string {
  const { producerId, epoch, coordinatorEpoch, lastTimestamp, currentTxnFirstOffset, batches } = entry;
  const last = batches.at(-1);
  const numbers = [
    epoch,
    coordinatorEpoch,
    lastTimestamp,
    currentTxnFirstOffset,
    last?.lastSequence,
    last?.lastOffset,
  ];
  return `${producerId}:${numbers.join(',')}`;
}

async function abortedFlaws(
  machine: CrashMachine,
  log: PartitionLog,
  whole: readonly AppendedBatch[],
): Promise<string[]> {
  const state = new ProducerState(0);
  const all = whole.flatMap(({ bytes }) => applyBatch(state, bytes, 0) ?? []);
  const { logStartOffset, logEndOffset } = log;
  const expected = all.filter(({ lastOffset }) => lastOffset >= logStartOffset);
  const found = await machine.done(log.abortedTransactions(logStartOffset, logEndOffset));
  const [left, right] = [JSON.stringify(found), JSON.stringify(expected)];
  return left === right ? [] : [`its aborted transactions are ${left}, a replay gives ${right}`];
}

/** Records that were deleted may be back, and nobody knows their epoch any more. */
function epochFlaws(log: PartitionLog, whole: readonly AppendedBatch[], deleted: number): string[] {
  const epochs = new LeaderEpochCache([]);
  for (const { bytes } of whole) epochs.assign(leaderEpochAt(bytes), baseOffsetAt(bytes));
  epochs.truncateFromStart(Math.max(log.logStartOffset, Math.min(deleted, log.logEndOffset - 1)));
  return epochs.entries.flatMap(({ epoch }) => {
    const expected = JSON.stringify(epochs.endOffsetFor(epoch, log.logEndOffset));
    const found = JSON.stringify(log.endOffsetForEpoch(epoch));
    return expected === found ? [] : [`epoch ${epoch} ends at ${found}, a replay gives ${expected}`];
  });
}

/** Every offset must lead to the batch that holds it. */
async function lookUpFlaws(
  machine: CrashMachine,
  log: PartitionLog,
  batches: readonly Uint8Array[],
): Promise<string[]> {
  for (const batch of batches) {
    const fromOffset = Math.max(lastOffsetAt(batch), log.logStartOffset);
    const request = { fromOffset, maxBytes: 1, upToOffset: log.logEndOffset, minOneBatch: true };
    const read = await machine.done(Promise.resolve(log.read(request)));
    const first = read.kind === 'records' ? read.parts[0] : undefined;
    if (first === undefined || !Buffer.from(first).equals(batch))
      return [`offset ${fromOffset} leads elsewhere`];
  }
  return [];
}

/** Whether a segment of a partition that was closed ends behind the beginning of the next one. */
export function overlapFlaws(tree: FileTree, name: string): string[] {
  const flaws: string[] = [];
  let endOffset = 0;
  for (const [file, node] of [...tree.directory(`${DATA}/${name}`).entries('live')].sort()) {
    if (!/^\d{20}\.log$/.test(file) || node.kind !== 'file') continue;
    if (Number(file.slice(0, 20)) < endOffset) flaws.push(`${name}/${file} begins before ${endOffset}`);
    for (const batch of batchesIn(node.content('live'))) endOffset = lastOffsetAt(batch) + 1;
  }
  return flaws;
}

/** What is wrong with the index files of a partition that was closed, every entry against the records. */
export function indexFlaws(tree: FileTree, name: string): string[] {
  const directory = tree.directory(`${DATA}/${name}`).entries('live');
  const flaws: string[] = [];
  for (const [file, node] of directory) {
    if (!/^\d{20}\.log$/.test(file) || node.kind !== 'file') continue;
    const front = file.slice(0, 20);
    const batches = new Map<number, Uint8Array>();
    let position = 0;
    for (const batch of batchesIn(node.content('live'))) {
      batches.set(position, batch);
      position += batch.length;
    }
    if (position !== node.size) flaws.push(`${name}/${file} ends with what is no batch`);
    // A log that never had a record needs no index.
    if (node.size === 0 && Number(front) === 0 && !directory.has(`${front}.index`)) continue;
    const of = (suffix: string): FileNode | undefined => {
      const found = directory.get(`${front}${suffix}`);
      return found?.kind === 'file' ? found : undefined;
    };
    flaws.push(
      ...offsetIndexFlaws(of('.index'), Number(front), batches).map((flaw) => `${name}/${front}: ${flaw}`),
    );
    flaws.push(
      ...timeIndexFlaws(of('.timeindex'), Number(front), batches).map((flaw) => `${name}/${front}: ${flaw}`),
    );
  }
  return flaws;
}

function offsetIndexFlaws(
  file: FileNode | undefined,
  base: number,
  batches: ReadonlyMap<number, Uint8Array>,
): string[] {
  if (file === undefined) return ['there is no .index'];
  const view = viewOf(file.content('live'));
  const flaws: string[] = [];
  for (let at = 0; at + 8 <= view.byteLength; at += 8) {
    const batch = batches.get(view.getInt32(at + 4));
    if (batch === undefined || lastOffsetAt(batch) !== base + view.getInt32(at))
      flaws.push(`entry ${at / 8} of the .index points to another batch`);
  }
  return flaws;
}

/** An entry says of a batch that no one up to it is newer; the last one is of the newest. */
function timeIndexFlaws(
  file: FileNode | undefined,
  base: number,
  batches: ReadonlyMap<number, Uint8Array>,
): string[] {
  if (file === undefined) return ['there is no .timeindex'];
  const view = viewOf(file.content('live'));
  const flaws: string[] = [];
  const all = [...batches.values()];
  for (let at = 0; at + 12 <= view.byteLength; at += 12) {
    const timestamp = Number(view.getBigInt64(at));
    const offset = base + view.getInt32(at + 8);
    const upTo = all.filter((batch) => lastOffsetAt(batch) <= offset);
    if (Math.max(...upTo.map((batch) => maxTimestampAt(batch))) !== timestamp)
      flaws.push(`entry ${at / 12} of the .timeindex is of another time`);
    const isLast = at + 24 > view.byteLength;
    if (isLast && Math.max(...all.map((batch) => maxTimestampAt(batch))) !== timestamp)
      flaws.push('the last entry of the .timeindex is not of the newest batch');
  }
  return flaws;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
