import fs from 'node:fs';
import { type DirectoryEntry, type Disk, DiskError, type File } from './disk.ts';
import type { Durations } from './metrics.ts';
import { endOf, givenBy } from './node-calls.ts';
import { lockFile } from './node-lock-file.ts';
import { removeFile, removeTree } from './node-tree-removal.ts';
import { systemErrorCode } from './system-error-code.ts';

/** What one `writev` takes (IOV_MAX on Linux and macOS). */
const BUFFERS_PER_WRITE = 1024;

/**
 * Up to this size a write goes to the page cache on this thread: a trip through the thread pool, with its changes of
 * thread and what they push out of the processor's cache, costs more than the copy. Above it the copy would be felt by
 * other connections.
 */
const INLINE_WRITE_BYTES = 512 * 1024;

/** Up to this size a read is done on this thread, for the same reason. */
const INLINE_READ_BYTES = 16 * 1024;

const OPEN_FLAGS = {
  read: fs.constants.O_RDONLY,
  write: fs.constants.O_RDWR,
  create: fs.constants.O_RDWR | fs.constants.O_CREAT,
} as const;

/** The file systems of this machine; how long each sync of a file took is noted where that is asked for. */
export function nodeDiskNoting(syncs: Durations): Disk {
  return { ...nodeDisk, open: (path, mode) => openFile(path, mode, syncs) };
}

/** The file systems of this machine. */
export const nodeDisk: Disk = {
  open: (path, mode) => openFile(path, mode, null),
  list: (directory) =>
    onDisk(directory, async () =>
      (await givenBy<fs.Dirent[]>((answer) => fs.readdir(directory, { withFileTypes: true }, answer))).map(
        (entry): DirectoryEntry => ({ name: entry.name, kind: kindOf(entry) }),
      ),
    ),
  stat: (path) =>
    onDisk(path, async () => {
      const { size, mtimeMs } = await givenBy<fs.Stats>((answer) => fs.stat(path, answer));
      return { sizeInBytes: size, modifiedMs: Math.floor(mtimeMs) };
    }),
  makeDirectory: (path) =>
    onDisk(path, () => endOf((answer) => fs.mkdir(path, { recursive: true, mode: 0o700 }, answer))),
  remove: (path) => onDisk(path, () => removeFile(path)),
  removeDirectory: (path) => onDisk(path, () => removeTree(path)),
  rename: (from, to) => onDisk(from, () => endOf((answer) => fs.rename(from, to, answer))),
  syncDirectory: (directory) =>
    onDisk(directory, async () => {
      // Windows has no handle of a directory to sync; its file systems journal renames.
      if (process.platform === 'win32') return;
      const descriptor = await givenBy<number>((answer) => fs.open(directory, 'r', answer));
      try {
        await endOf((answer) => fs.fsync(descriptor, answer));
      } finally {
        await endOf((answer) => fs.close(descriptor, answer));
      }
    }),
  space: (path) =>
    onDisk(path, async () => {
      const { bavail, blocks, bsize } = await givenBy<fs.StatsFs>((answer) => fs.statfs(path, answer));
      return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
    }),
  lock: (path) => onDisk(path, () => lockFile(path)),
};

async function openFile(path: string, mode: keyof typeof OPEN_FLAGS, syncs: Durations | null): Promise<File> {
  const descriptor = await onDisk(path, () => openDescriptor(path, OPEN_FLAGS[mode]));
  return new NodeFile(path, descriptor, syncs);
}

class NodeFile implements File {
  readonly path: string;
  readonly #descriptor: number;
  readonly #syncs: Durations | null;
  /** The last write handed to the thread pool; later writes and syncs come after it. */
  #writing: Promise<void> | null = null;

  constructor(path: string, descriptor: number, syncs: Durations | null) {
    this.path = path;
    this.#descriptor = descriptor;
    this.#syncs = syncs;
  }

  size(): Promise<number> {
    return onDisk(this.path, async () => fs.fstatSync(this.#descriptor).size);
  }

  read(into: Uint8Array, position: number): Promise<number> {
    return onDisk(this.path, async () => {
      let filled = 0;
      while (filled < into.length) {
        const count = await this.#readOnce(into, filled, position + filled);
        if (count === 0) break;
        filled += count;
      }
      return filled;
    });
  }

  async #readOnce(into: Uint8Array, offset: number, position: number): Promise<number> {
    const length = into.length - offset;
    if (length <= INLINE_READ_BYTES) return fs.readSync(this.#descriptor, into, offset, length, position);
    return new Promise((resolve, reject) => {
      fs.read(this.#descriptor, into, offset, length, position, (error, count) =>
        error === null ? resolve(count) : reject(error),
      );
    });
  }

  write(buffers: readonly Uint8Array[], position: number): Promise<void> {
    let length = 0;
    for (const buffer of buffers) length += buffer.length;
    if (length <= INLINE_WRITE_BYTES && this.#writing === null) {
      return this.#writeInline(buffers, position, length);
    }
    return onDisk(this.path, async () => {
      const before = this.#writing;
      const write = this.#writeInPool(before, { buffers, position, length });
      this.#writing = write;
      try {
        await write;
      } finally {
        if (this.#writing === write) this.#writing = null;
      }
    });
  }

  #writeInline(buffers: readonly Uint8Array[], position: number, length: number): Promise<void> {
    let written = 0;
    let rest = buffers;
    try {
      while (written < length) {
        const count = fs.writevSync(this.#descriptor, firstOf(rest), position + written);
        written += count;
        if (written < length) rest = after(rest, count);
      }
    } catch (error) {
      return Promise.reject(diskErrorOf(error, this.path));
    }
    return DONE;
  }

  async #writeInPool(before: Promise<void> | null, write: GatherWrite): Promise<void> {
    // The outcome of the earlier write is its own caller's concern; here only the order counts.
    if (before !== null) await before.catch(() => {});
    let written = 0;
    let rest = write.buffers;
    while (written < write.length) {
      const count = await this.#writeOnce(firstOf(rest), write.position + written);
      written += count;
      rest = after(rest, count);
    }
  }

  #writeOnce(group: readonly Uint8Array[], position: number): Promise<number> {
    return new Promise((resolve, reject) => {
      fs.writev(this.#descriptor, group, position, (error, count) =>
        error === null ? resolve(count) : reject(error),
      );
    });
  }

  sync(): Promise<void> {
    return onDisk(this.path, async () => {
      if (this.#writing !== null) await this.#writing;
      const begunMs = performance.now();
      await new Promise<void>((resolve, reject) => {
        fs.fdatasync(this.#descriptor, (error) => (error === null ? resolve() : reject(error)));
      });
      this.#syncs?.note(performance.now() - begunMs);
    });
  }

  truncate(size: number): Promise<void> {
    return onDisk(this.path, async () => {
      if (this.#writing !== null) await this.#writing.catch(() => {});
      fs.ftruncateSync(this.#descriptor, size);
    });
  }

  close(): Promise<void> {
    return onDisk(this.path, async () => {
      if (this.#writing !== null) await this.#writing.catch(() => {});
      // Not on this thread: the last one to close a removed file waits until its pages are freed.
      await new Promise<void>((resolve, reject) => {
        fs.close(this.#descriptor, (error) => (error === null ? resolve() : reject(error)));
      });
    });
  }
}

interface GatherWrite {
  readonly buffers: readonly Uint8Array[];
  readonly position: number;
  readonly length: number;
}

/** As many of the buffers as one system call takes. */
function firstOf(buffers: readonly Uint8Array[]): readonly Uint8Array[] {
  return buffers.length <= BUFFERS_PER_WRITE ? buffers : buffers.slice(0, BUFFERS_PER_WRITE);
}

/** What is left of the buffers after their first `count` bytes. */
function after(buffers: readonly Uint8Array[], count: number): readonly Uint8Array[] {
  let left = count;
  for (const [index, buffer] of buffers.entries()) {
    if (left < buffer.length) return [buffer.subarray(left), ...buffers.slice(index + 1)];
    left -= buffer.length;
  }
  return [];
}

function openDescriptor(path: string, flags: number): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.open(path, flags, 0o600, (error, descriptor) =>
      error === null ? resolve(descriptor) : reject(error),
    );
  });
}

function kindOf(entry: fs.Dirent): DirectoryEntry['kind'] {
  if (entry.isFile()) return 'file';
  return entry.isDirectory() ? 'directory' : 'other';
}

/** The seam between the operating system's errors and the port's. */
async function onDisk<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw diskErrorOf(error, path);
  }
}

function diskErrorOf(error: unknown, path: string): DiskError {
  if (error instanceof DiskError) return error;
  return new DiskError(systemErrorCode(error) ?? 'EIO', path, { cause: error });
}

const DONE: Promise<void> = Promise.resolve();
