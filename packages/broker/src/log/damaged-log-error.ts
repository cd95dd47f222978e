import { DiskError } from '../runtime/disk.ts';
import { isPassing } from '../runtime/passing-error.ts';

/** What is wrong with the bytes of a `.log` file, and from where on. */
export interface LogFlaw {
  /** Of the first batch that is not as it was written. */
  readonly position: number;
  /** The offset that it has, or was to have. */
  readonly offset: number;
  readonly reason: string;
  /** What the disk said, where it could not read. */
  readonly cause?: DiskError | undefined;
}

/** The name that file systems themselves give to a checksum that does not hold. */
const DAMAGED = 'EBADMSG';

/**
 * Records that were on the disk for certain are not there as they were written, or cannot be read. The partition is
 * given up, and it alone: what else lies on the disk may be as it should.
 */
export class DamagedLogError extends DiskError {
  readonly position: number;
  readonly offset: number;
  readonly reason: string;

  constructor(path: string, { position, offset, reason, cause }: LogFlaw) {
    super(cause?.code ?? DAMAGED, path, cause === undefined ? {} : { cause });
    this.name = 'DamagedLogError';
    this.message = `${path}: damaged at byte ${position}, offset ${offset}: ${reason}`;
    this.position = position;
    this.offset = offset;
    this.reason = reason;
  }
}

const UNREADABLE = new Set(['EIO', 'EBADMSG', 'EUCLEAN', 'ENODATA', 'ENXIO']);

/** Whether a read failed for what lies at that place; anything else may go another way at another time. */
export function isUnreadable(error: unknown): error is DiskError {
  return error instanceof DiskError && UNREADABLE.has(error.code);
}

/** What is wrong with one path: a name that this file system does not take, a folder that is another user's. */
const OF_ONE_PATH = new Set(['ENAMETOOLONG', 'EACCES', 'EPERM', 'ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP']);

/** Whether the disk refuses for good: nothing has run out, and more than what lies at one place is concerned. */
export function isRefusal(error: unknown): error is DiskError {
  if (!(error instanceof DiskError) || error instanceof DamagedLogError) return false;
  return !isPassing(error) && !OF_ONE_PATH.has(error.code);
}
