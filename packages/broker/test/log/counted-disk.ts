import type { Disk, File } from '../../src/runtime/disk.ts';
import { nodeDisk } from '../../src/runtime/node-disk.ts';

/** What was asked of a disk. */
export interface DiskCounts {
  opens: number;
  reads: number;
  readBytes: number;
  stats: number;
  /** Files open at this moment, and the most that ever were. */
  openFiles: number;
  openFilesMax: number;
}

/** The real disk, and what is asked of it. */
export class CountedDisk {
  #counts = noCounts();

  readonly disk: Disk = {
    ...nodeDisk,
    open: async (path, mode) => {
      this.#counts.opens += 1;
      const file = await nodeDisk.open(path, mode);
      this.#counts.openFiles += 1;
      this.#counts.openFilesMax = Math.max(this.#counts.openFilesMax, this.#counts.openFiles);
      return this.#counted(file);
    },
    stat: (path) => {
      this.#counts.stats += 1;
      return nodeDisk.stat(path);
    },
  };

  /** What has been asked since the last call. */
  taken(): DiskCounts {
    const counts = this.#counts;
    this.#counts = { ...noCounts(), openFiles: counts.openFiles, openFilesMax: counts.openFiles };
    return counts;
  }

  #counted(file: File): File {
    return {
      path: file.path,
      size: () => file.size(),
      read: async (into, position) => {
        const count = await file.read(into, position);
        this.#counts.reads += 1;
        this.#counts.readBytes += count;
        return count;
      },
      write: (buffers, position) => file.write(buffers, position),
      sync: () => file.sync(),
      truncate: (size) => file.truncate(size),
      close: () => {
        this.#counts.openFiles -= 1;
        return file.close();
      },
    };
  }
}

function noCounts(): DiskCounts {
  return { opens: 0, reads: 0, readBytes: 0, stats: 0, openFiles: 0, openFilesMax: 0 };
}
