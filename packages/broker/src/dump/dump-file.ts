import type { Disk, File } from '../runtime/disk.ts';
import { DiskError } from '../runtime/disk.ts';
import { directoryOf } from '../runtime/whole-file.ts';
import { dumpBatches } from './dump-batches.ts';
import { type DumpEntry, damage, type RecordDecoderName } from './dump-entry.ts';
import { dumpOffsetIndex, dumpTimeIndex, dumpTransactionIndex } from './dump-indexes.ts';
import {
  dumpJson,
  dumpLeaderEpochs,
  dumpOffsetCheckpoint,
  dumpProducerSnapshot,
  dumpProperties,
} from './dump-small-files.ts';
import { type DumpedFileName, parseDumpedFileName, topicOfFile } from './dumped-file-name.ts';
import { LogBeside } from './log-beside.ts';
import { decoderOfTopic } from './record-decoder.ts';

export interface DumpOptions {
  /** Whether batches are opened and their records told. */
  readonly records: boolean;
  /** How records are decoded; without it as their topic, by the name of the directory, asks for. */
  readonly decoder?: RecordDecoderName;
}

/** Files that are read as a whole are not larger: a checkpoint of a million partitions is half of it. */
const WHOLE_BYTES_MAX = 64 * 1024 * 1024;

/** Whether a file of this name can be dumped. */
export function isDumped(name: string): boolean {
  return parseDumpedFileName(name) !== null;
}

/**
 * What a file of a log directory holds, as it lies there, and exactly where it is not what it should be: begins with
 * one `file` entry and ends with one `end`. Holds one batch in memory, whatever the file or its lengths claim. The
 * name must be one of {@link isDumped}, the path absolute. Rejects with a `DiskError`.
 */
export async function* dumpFile(disk: Disk, path: string, options: DumpOptions): AsyncGenerator<DumpEntry> {
  const name = parseDumpedFileName(path.slice(path.lastIndexOf('/') + 1));
  if (name === null) throw new DiskError('EINVAL', path);
  const file = await disk.open(path, 'read');
  try {
    const sizeInBytes = await file.size();
    const { type, startOffset, epoch } = name;
    yield { kind: 'file', type, sizeInBytes, startOffset, epoch };
    yield* counted(contentOf({ disk, file, path, name, sizeInBytes, options }));
  } finally {
    await file.close();
  }
}

interface OpenedFile {
  readonly disk: Disk;
  readonly file: File;
  readonly path: string;
  readonly name: DumpedFileName;
  readonly sizeInBytes: number;
  readonly options: DumpOptions;
}

async function* counted(content: AsyncGenerator<DumpEntry>): AsyncGenerator<DumpEntry> {
  const counts = { batch: 0, record: 0, entry: 0, damage: 0, file: 0, note: 0, end: 0 };
  for await (const entry of content) {
    counts[entry.kind]++;
    yield entry;
  }
  const { batch, record, entry, damage: damages } = counts;
  yield { kind: 'end', batches: batch, records: record, entries: entry, damages };
}

function contentOf(opened: OpenedFile): AsyncGenerator<DumpEntry> {
  switch (opened.name.type) {
    case 'log':
    case 'metadata-snapshot':
      return batchesOf(opened);
    case 'offset-index':
      return indexOf(opened, dumpOffsetIndex);
    case 'time-index':
      return indexOf(opened, dumpTimeIndex);
    case 'transaction-index':
      return indexOf(opened, dumpTransactionIndex);
    case 'producer-snapshot':
      return wholeOf(opened, dumpProducerSnapshot);
    case 'leader-epochs':
      return wholeOf(opened, dumpLeaderEpochs);
    case 'offset-checkpoint':
      return wholeOf(opened, dumpOffsetCheckpoint);
    case 'properties':
      return wholeOf(opened, dumpProperties);
    case 'json':
      return wholeOf(opened, dumpJson);
  }
}

function batchesOf({ file, path, name, sizeInBytes, options }: OpenedFile): AsyncGenerator<DumpEntry> {
  const isSnapshot = name.type === 'metadata-snapshot';
  return dumpBatches(file, {
    sizeInBytes,
    // The offsets in a metadata snapshot are its own: they begin at 0.
    startOffset: isSnapshot ? 0 : (name.startOffset ?? 0),
    records: options.records,
    decoder: options.decoder ?? (isSnapshot ? 'metadata' : decoderOfTopic(topicOfFile(path))),
  });
}

async function* indexOf(opened: OpenedFile, dump: typeof dumpOffsetIndex): AsyncGenerator<DumpEntry> {
  const { disk, path, file, sizeInBytes, name } = opened;
  const logFile = await openIfThere(disk, `${directoryOf(path)}/${name.logBeside}`);
  if (logFile === null) yield { kind: 'note', message: 'there is no segment beside it to hold it against' };
  try {
    const log = logFile === null ? null : new LogBeside(logFile, await logFile.size());
    yield* dump(file, { sizeInBytes, startOffset: name.startOffset ?? 0, log });
  } finally {
    await logFile?.close();
  }
}

async function openIfThere(disk: Disk, path: string): Promise<File | null> {
  try {
    return await disk.open(path, 'read');
  } catch (error) {
    if (error instanceof DiskError && error.code === 'ENOENT') return null;
    throw error;
  }
}

async function* wholeOf(
  { file, sizeInBytes }: OpenedFile,
  dump: (bytes: Uint8Array) => Generator<DumpEntry>,
): AsyncGenerator<DumpEntry> {
  if (sizeInBytes > WHOLE_BYTES_MAX) {
    yield damage(null, `${sizeInBytes} bytes are too many for a file of this kind`);
    return;
  }
  const bytes = new Uint8Array(sizeInBytes);
  const count = await file.read(bytes, 0);
  yield* dump(bytes.subarray(0, count));
}
