import { parsePartitionDirectory } from '../log/partition-directory.ts';
import { parseSegmentFileName, type SegmentSuffix } from '../log/segment-files.ts';
import type { DumpedFileType } from './dump-entry.ts';

/** What a file is, by its name. */
export interface DumpedFileName {
  readonly type: DumpedFileType;
  /** The offset in the name; null where it has none. */
  readonly startOffset: number | null;
  /** The epoch in the name of a metadata snapshot. */
  readonly epoch: number | null;
  /** The segment that an index belongs to, beside it and in the same state; null for anything else. */
  readonly logBeside: string | null;
}

const SEGMENT_TYPES: Readonly<Record<SegmentSuffix, DumpedFileType>> = {
  '.log': 'log',
  '.index': 'offset-index',
  '.timeindex': 'time-index',
  '.txnindex': 'transaction-index',
  '.snapshot': 'producer-snapshot',
};

const NAMED: ReadonlyMap<string, DumpedFileType> = new Map([
  ['leader-epoch-checkpoint', 'leader-epochs'],
  ['recovery-point-offset-checkpoint', 'offset-checkpoint'],
  ['log-start-offset-checkpoint', 'offset-checkpoint'],
  ['replication-offset-checkpoint', 'offset-checkpoint'],
  ['cleaner-offset-checkpoint', 'offset-checkpoint'],
  ['partition.metadata', 'properties'],
  ['meta.properties', 'properties'],
  ['quorum-state', 'json'],
  ['.kafka_cleanshutdown', 'json'],
  ['bootstrap.checkpoint', 'metadata-snapshot'],
]);

const METADATA_SNAPSHOT = /^(\d{20})-(\d{10})\.checkpoint(\.part|\.deleted)?$/;

/** What the name says, or null for a file that no log directory has. */
export function parseDumpedFileName(name: string): DumpedFileName | null {
  const plain = { startOffset: null, epoch: null, logBeside: null };
  const type = NAMED.get(name.replace(/\.tmp$/, ''));
  if (type !== undefined) return { ...plain, type };
  const snapshot = METADATA_SNAPSHOT.exec(name);
  if (snapshot !== null) {
    const [, offset, epoch] = snapshot;
    return { ...plain, type: 'metadata-snapshot', startOffset: Number(offset), epoch: Number(epoch) };
  }
  const segment = parseSegmentFileName(name);
  if (segment === null) return null;
  const { offset, suffix, state } = segment;
  const isIndex = suffix !== '.log' && suffix !== '.snapshot';
  return {
    type: SEGMENT_TYPES[suffix],
    startOffset: offset,
    epoch: null,
    logBeside: isIndex ? `${name.slice(0, -(suffix.length + state.length))}.log${state}` : null,
  };
}

/** The topic whose partition the file at this absolute path belongs to; null when its directory is no partition's. */
export function topicOfFile(path: string): string | null {
  const directory = path.split('/').at(-2) ?? '';
  // A partition on its way out keeps its name in front.
  const name = directory.replace(/\.[0-9a-f]{32}-(delete|stray|future)$/, '');
  return parsePartitionDirectory(name)?.topic ?? null;
}
