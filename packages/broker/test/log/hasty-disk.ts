import type { Disk } from '../../src/runtime/disk.ts';
import { nodeDisk } from '../../src/runtime/node-disk.ts';

/** The real disk without its syncs, for tests that lose no power. */
export const hastyDisk: Disk = {
  ...nodeDisk,
  syncDirectory: async () => {},
  open: async (path, mode) => {
    const file = await nodeDisk.open(path, mode);
    return Object.assign(Object.create(file), {
      size: () => file.size(),
      read: (into: Uint8Array, position: number) => file.read(into, position),
      write: (buffers: readonly Uint8Array[], position: number) => file.write(buffers, position),
      truncate: (size: number) => file.truncate(size),
      close: () => file.close(),
      sync: async () => {},
    });
  },
};
