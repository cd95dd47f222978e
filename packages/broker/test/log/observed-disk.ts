import type { Disk, File } from '../../src/runtime/disk.ts';
import { nodeDisk } from '../../src/runtime/node-disk.ts';

/** The real disk, with a list of what was made durable: base names of files synced, and `/` for a directory. */
export function observedDisk(): { disk: Disk; synced: string[] } {
  const synced: string[] = [];
  const observe = (file: File): File => ({
    path: file.path,
    size: () => file.size(),
    read: (into, position) => file.read(into, position),
    write: (buffers, position) => file.write(buffers, position),
    truncate: (size) => file.truncate(size),
    close: () => file.close(),
    sync: async () => {
      await file.sync();
      synced.push(file.path.slice(file.path.lastIndexOf('/') + 1));
    },
  });
  const disk: Disk = {
    ...nodeDisk,
    open: async (path, mode) => observe(await nodeDisk.open(path, mode)),
    syncDirectory: async (directory) => {
      await nodeDisk.syncDirectory(directory);
      synced.push('/');
    },
  };
  return { disk, synced };
}
