import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type Disk, DiskError } from '../../src/runtime/disk.ts';
import { nodeDisk } from '../../src/runtime/node-disk.ts';
import { interceptedDisk } from '../log/intercepted-disk.ts';

const BLOCK_BYTES = 4096;

/** A directory with little room. */
export interface SmallFileSystem {
  /** A real one where this process may mount one, else a disk that counts what lies below the directory. */
  readonly kind: 'tmpfs' | 'counted';
  readonly path: string;
  readonly disk: Disk;
  freeBytes(): number;
  release(): void;
}

export function smallFileSystem(sizeInBytes: number): SmallFileSystem {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'odradek-small-'));
  const size = `size=${sizeInBytes}`;
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', size, 'tmpfs', directory]).status === 0;
  return mounted ? tmpfs(directory) : counted(directory, sizeInBytes);
}

function tmpfs(directory: string): SmallFileSystem {
  return {
    kind: 'tmpfs',
    path: directory,
    disk: nodeDisk,
    freeBytes: () => {
      const { bavail, bsize } = fs.statfsSync(directory);
      return bavail * bsize;
    },
    release: () => {
      const { status, stderr } = spawnSync('umount', [directory]);
      if (status !== 0) throw new Error(`umount ${directory}: ${stderr}`);
      fs.rmdirSync(directory);
    },
  };
}

function counted(directory: string, sizeInBytes: number): SmallFileSystem {
  const freeBytes = () => sizeInBytes - blocksBelow(directory);
  const refuseUnless = (hasRoom: boolean, file: string) => {
    if (!hasRoom) throw new DiskError('ENOSPC', file);
  };
  return {
    kind: 'counted',
    path: directory,
    disk: interceptedDisk({
      open: (file, mode) => {
        if (mode === 'create' && !fs.existsSync(file)) refuseUnless(freeBytes() > 0, file);
      },
      write: async (file, buffers, position) => {
        const bytes = Buffer.concat(buffers);
        const room = freeBytes() + Math.max(0, (await file.size()) - position);
        if (bytes.length <= room) return;
        await file.write([bytes.subarray(0, Math.max(0, room))], position);
        refuseUnless(false, file.path);
      },
      space: () => ({ freeBytes: freeBytes(), totalBytes: sizeInBytes }),
    }),
    freeBytes,
    release: () => fs.rmSync(directory, { recursive: true, force: true }),
  };
}

function blocksBelow(directory: string): number {
  let bytes = 0;
  for (const entry of fs.readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const { size } = fs.statSync(path.join(entry.parentPath, entry.name), { throwIfNoEntry: false }) ?? {
      size: 0,
    };
    bytes += Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES;
  }
  return bytes;
}
