import { crc32c } from '../../src/protocol/crc32c.ts';
import type { Disk, File } from '../../src/runtime/disk.ts';
import type { Incarnation } from './incarnation.ts';
import type { Variant } from './simulation.ts';

const LATE_MS = 40;
/** One in so many goes wrong. */
const RARELY = 40;

const isSegment = (path: string): boolean => path.endsWith('.log');

/** Faults of the kind that a broker could have, put between it and its disk. Each must be found. */
export const VARIANTS: readonly Variant[] = [
  {
    name: 'an append is acknowledged before it is written',
    patchDisk: (disk, incarnation) => withFiles(disk, isSegment, (file) => writingLate(file, incarnation)),
  },
  {
    name: 'a sync does nothing',
    patchDisk: (disk) => withFiles(disk, isSegment, () => ({ sync: async () => {} })),
  },
  {
    name: 'an append is acknowledged before it is synced',
    patchDisk: (disk, incarnation) =>
      withFiles(disk, isSegment, (file) => ({
        sync: async () => void incarnation.after(LATE_MS, 'syncs late', () => void file.sync()),
      })),
  },
  {
    name: 'the sync of a directory does nothing',
    patchDisk: (disk) => patched(disk, { syncDirectory: async () => {} }),
  },
  {
    name: 'a file is put in the place of another before it is synced',
    patchDisk: (disk) =>
      withFiles(
        disk,
        (path) => path.endsWith('.tmp'),
        () => ({ sync: async () => {} }),
      ),
  },
  {
    name: 'what a recovery cuts off stays',
    patchDisk: (disk) => withFiles(disk, isSegment, () => ({ truncate: async () => {} })),
  },
  {
    name: 'producers are forgotten at a clean stop',
    patchDisk: (disk) =>
      withFiles(
        disk,
        (path) => path.endsWith('.snapshot'),
        (file) => ({
          write: (_buffers, position) => file.write([snapshotWithoutProducers()], position),
          truncate: async () => {},
        }),
      ),
  },
  {
    name: 'some commits are not written',
    patchDisk: (disk) => {
      let writes = 0;
      const isOfGroups = (path: string) => isSegment(path) && path.includes('/__consumer_offsets-');
      return withFiles(disk, isOfGroups, (file) => ({
        write: async (buffers, position) => {
          writes += 1;
          if (writes % RARELY !== 0) await file.write(buffers, position);
        },
      }));
    },
  },
  {
    name: 'a sync is never answered',
    patchDisk: (disk) => {
      let syncs = 0;
      return withFiles(disk, isSegment, (file) => ({
        sync: () => {
          syncs += 1;
          return syncs % RARELY === 0 ? new Promise(() => {}) : file.sync();
        },
      }));
    },
  },
];

/** The same disk, some of whose calls do something else. */
export function patched(disk: Disk, calls: Partial<Disk>): Disk {
  return {
    open: (path, mode) => disk.open(path, mode),
    list: (directory) => disk.list(directory),
    stat: (path) => disk.stat(path),
    makeDirectory: (path) => disk.makeDirectory(path),
    remove: (path) => disk.remove(path),
    removeDirectory: (path) => disk.removeDirectory(path),
    rename: (from, to) => disk.rename(from, to),
    syncDirectory: (directory) => disk.syncDirectory(directory),
    space: (path) => disk.space(path),
    lock: (path) => disk.lock(path),
    ...calls,
  };
}

/** The same disk, some of whose files do something else. */
export function withFiles(
  disk: Disk,
  isMeant: (path: string) => boolean,
  patch: (file: File) => Partial<File>,
): Disk {
  return patched(disk, {
    open: async (path, mode) => {
      const file = await disk.open(path, mode);
      return isMeant(path) ? { ...file, ...patch(file) } : file;
    },
  });
}

/** Says that it has written and does so a while later, or never. What is synced was written before. */
function writingLate(file: File, incarnation: Incarnation): Partial<File> {
  let queue: Promise<void> = Promise.resolve();
  return {
    write: async (buffers, position) => {
      const copies = buffers.map((buffer) => buffer.slice());
      const due = new Promise<void>((resolve) => {
        incarnation.after(LATE_MS, 'writes late', resolve);
      });
      queue = Promise.all([queue, due]).then(() => file.write(copies, position));
    },
    sync: async () => {
      await queue;
      await file.sync();
    },
  };
}

/** Version, checksum, count. */
function snapshotWithoutProducers(): Uint8Array {
  const bytes = Buffer.alloc(10);
  bytes.writeInt16BE(1);
  bytes.writeUInt32BE(crc32c(bytes.subarray(6)), 2);
  return bytes;
}
