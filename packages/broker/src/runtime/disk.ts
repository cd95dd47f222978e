/**
 * The port to files. Nothing written is durable before {@link File.sync} resolves; no creation, removal or rename
 * is durable before {@link Disk.syncDirectory} of the parent resolves. Paths are absolute, separated by `/`.
 * Every method rejects with a {@link DiskError}.
 */
export interface Disk {
  /** Opens a file for reading and writing; `create` makes it when it does not exist, `read` opens read-only. */
  open(path: string, mode: 'read' | 'write' | 'create'): Promise<File>;
  /** The entries of a directory, in no particular order, without `.` and `..`. */
  list(directory: string): Promise<DirectoryEntry[]>;
  /** Length and last modification (wall clock) of a file; `ENOENT` when it is not there. */
  stat(path: string): Promise<{ sizeInBytes: number; modifiedMs: number }>;
  /** Makes a directory and its missing parents; does nothing when it is there. */
  makeDirectory(path: string): Promise<void>;
  /** Removes a file; a file that is not there is no error. */
  remove(path: string): Promise<void>;
  /** Removes a directory with all it holds, or a file; what is not there is no error. */
  removeDirectory(path: string): Promise<void>;
  /** Renames a file or directory; an existing file at `to` is replaced atomically. */
  rename(from: string, to: string): Promise<void>;
  /** Makes creations, removals and renames inside `directory` durable. */
  syncDirectory(directory: string): Promise<void>;
  /** Space of the file system that holds `path`, in bytes. */
  space(path: string): Promise<{ freeBytes: number; totalBytes: number }>;
  /**
   * Takes the file at `path` (made when it does not exist) as the lock of this incarnation. It ends with `release`
   * or with the incarnation, whatever its end was.
   */
  lock(path: string): Promise<LockOutcome>;
}

/** A lock taken, or who has it, in words for a person. */
export type LockOutcome =
  | { readonly kind: 'locked'; release(): Promise<void> }
  | { readonly kind: 'held'; readonly holder: string };

/** One open file. */
export interface File {
  readonly path: string;
  /** Current length in bytes. */
  size(): Promise<number>;
  /** Fills `into` from `position`; returns the bytes read, fewer than asked only at the end of the file. */
  read(into: Uint8Array, position: number): Promise<number>;
  /** Writes all the buffers one after another from `position`; short writes are continued, order is kept. */
  write(buffers: readonly Uint8Array[], position: number): Promise<void>;
  /** Everything written before this call is durable when it resolves. */
  sync(): Promise<void>;
  /** Cuts or extends (with zeroes) the file to `size` bytes. */
  truncate(size: number): Promise<void>;
  close(): Promise<void>;
}

export interface DirectoryEntry {
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'other';
}

/** Why the disk refused, by the operating system's name for it (`ENOENT`, `ENOSPC`, `EIO`, `EACCES` …). */
export class DiskError extends Error {
  readonly code: string;
  readonly path: string;

  constructor(code: string, path: string, options?: { cause?: unknown }) {
    super(`${code}: ${path}`, options);
    this.name = 'DiskError';
    this.code = code;
    this.path = path;
  }
}
