import type { Disk, File } from '../../src/runtime/disk.ts';
import { nodeDisk } from '../../src/runtime/node-disk.ts';

/** What comes before an operation of the real disk: it may wait, and what it throws the operation rejects with. */
export interface Interceptions {
  /** A file is about to be made, or opened. */
  open?(path: string, mode: 'read' | 'write' | 'create'): void | Promise<void>;
  /** Bytes are about to be written to `file`, which is the real one. */
  write?(file: File, buffers: readonly Uint8Array[], position: number): void | Promise<void>;
  read?(path: string): void | Promise<void>;
  sync?(path: string): void | Promise<void>;
  space?(path: string): { freeBytes: number; totalBytes: number };
}

/** The real disk with a word before some of its operations. */
export function interceptedDisk(before: Interceptions): Disk {
  const intercept = (file: File): File => ({
    path: file.path,
    size: () => file.size(),
    read: async (into, position) => {
      await before.read?.(file.path);
      return file.read(into, position);
    },
    write: async (buffers, position) => {
      await before.write?.(file, buffers, position);
      await file.write(buffers, position);
    },
    truncate: (size) => file.truncate(size),
    close: () => file.close(),
    sync: async () => {
      await before.sync?.(file.path);
      await file.sync();
    },
  });
  return {
    ...nodeDisk,
    open: async (path, mode) => {
      await before.open?.(path, mode);
      return intercept(await nodeDisk.open(path, mode));
    },
    space: async (path) => before.space?.(path) ?? nodeDisk.space(path),
  };
}
