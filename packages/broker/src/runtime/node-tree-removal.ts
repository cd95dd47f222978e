import { lstat, readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Removes a file, or a directory with all it holds; what is not there is no error. Node's own recursive removal has the
 * names in buffers which C++ makes. V8 takes the first such buffer for a typed array whose `length` may be anybody's: it
 * drops all optimized code that has read the length of an array, in the midst of whatever the broker does, and what it
 * compiles afterwards asks each time (ADR 38).
 */
export async function removeTree(path: string): Promise<void> {
  try {
    // A link is not followed.
    const isDirectory = (await lstat(path)).isDirectory();
    await (isDirectory ? removeDirectory(path) : rm(path, { force: true }));
  } catch (error) {
    const isGone = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (!isGone) throw error;
  }
}

async function removeDirectory(directory: string): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    await (entry.isDirectory() ? removeTree(path) : rm(path, { force: true }));
  }
  await rmdir(directory);
}
