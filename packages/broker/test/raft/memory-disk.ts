import { type Disk, DiskError, type File } from '../../src/runtime/disk.ts';

/** Small files in memory, done within a turn of the event loop, for tests in which only their contents matter. */
export function memoryDisk(): Disk {
  const files = new Map<string, Uint8Array>();
  const unused = (): never => {
    throw new Error('not of this disk');
  };
  const at = (path: string): Uint8Array => {
    const content = files.get(path);
    if (content === undefined) throw new DiskError('ENOENT', path);
    return content;
  };
  return {
    async open(path, mode) {
      if (mode === 'create' && !files.has(path)) files.set(path, new Uint8Array(0));
      at(path);
      return fileAt(path, files);
    },
    async rename(from, to) {
      files.set(to, at(from));
      files.delete(from);
    },
    async syncDirectory() {},
    async stat(path) {
      return { sizeInBytes: at(path).length, modifiedMs: 0 };
    },
    async remove(path) {
      files.delete(path);
    },
    async list(directory) {
      const names = [...files.keys()].filter((path) => path.startsWith(`${directory}/`));
      return names.map((path) => ({ name: path.slice(directory.length + 1), kind: 'file' }));
    },
    makeDirectory: unused,
    removeDirectory: unused,
    space: unused,
    lock: unused,
  };
}

function fileAt(path: string, files: Map<string, Uint8Array>): File {
  const content = (): Uint8Array => files.get(path) ?? new Uint8Array(0);
  return {
    path,
    async size() {
      return content().length;
    },
    async read(into, position) {
      const bytes = content().subarray(position, position + into.length);
      into.set(bytes);
      return bytes.length;
    },
    async write(buffers, position) {
      files.set(path, Buffer.concat([content().subarray(0, position), ...buffers]));
    },
    async truncate(size) {
      files.set(path, content().slice(0, size));
    },
    async sync() {},
    async close() {},
  };
}
