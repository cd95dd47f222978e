import { type Disk, DiskError } from '../runtime/disk.ts';

/** Kafka's file names inside a partition's directory: the base offset in twenty digits, then what it is. */
export type SegmentSuffix = '.log' | '.index' | '.timeindex' | '.txnindex' | '.snapshot';

/** Renamed, to be removed when nobody can be reading it. */
export const DELETED_SUFFIX = '.deleted';
/** Written by a cleaning that did not end. */
export const CLEANED_SUFFIX = '.cleaned';
/** Written by a cleaning that ended, not yet in the place of what it replaces. */
export const SWAP_SUFFIX = '.swap';

/** The largest offset fits; twenty digits are Java's Long.MAX and one. */
const OFFSET_DIGITS = 20;

const SEGMENT_FILE =
  /^(\d{20})(\.log|\.index|\.timeindex|\.txnindex|\.snapshot)(\.deleted|\.cleaned|\.swap)?$/;

export function segmentFile(directory: string, offset: number, suffix: SegmentSuffix): string {
  return `${directory}/${String(offset).padStart(OFFSET_DIGITS, '0')}${suffix}`;
}

export interface SegmentFileName {
  readonly offset: number;
  readonly suffix: SegmentSuffix;
  /** Empty for a file in use. */
  readonly state: '' | typeof DELETED_SUFFIX | typeof CLEANED_SUFFIX | typeof SWAP_SUFFIX;
}

/** What a name says, or null for a file that does not belong to a segment. */
export function parseSegmentFileName(name: string): SegmentFileName | null {
  const match = SEGMENT_FILE.exec(name);
  if (match === null) return null;
  const [, digits, suffix, state] = match;
  return {
    offset: Number(digits),
    suffix: suffix as SegmentSuffix,
    state: (state ?? '') as SegmentFileName['state'],
  };
}

/** False where there is no file of that name. Rejects with a `DiskError`. */
export async function renameIfThere(disk: Disk, from: string, to: string): Promise<boolean> {
  try {
    await disk.rename(from, to);
    return true;
  } catch (error) {
    // Indexes may be missing, and most segments have no transaction index.
    if (error instanceof DiskError && error.code === 'ENOENT') return false;
    throw error;
  }
}
