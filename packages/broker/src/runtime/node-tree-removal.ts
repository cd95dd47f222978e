import fs from 'node:fs';
import { join } from 'node:path';
import { endOf, givenBy } from './node-calls.ts';
import { systemErrorCode } from './system-error-code.ts';

/**
 * Removes a file, or a directory with all it holds; what is not there is no error. Node's own recursive removal has the
 * names in buffers which C++ makes. V8 takes the first such buffer for a typed array whose `length` may be anybody's: it
 * drops all optimized code that has read the length of an array, in the midst of whatever the broker does, and what it
 * compiles afterwards asks each time (ADR 38).
 */
export async function removeTree(path: string): Promise<void> {
  await ifThere(async () => {
    // A link is not followed.
    const isDirectory = (await givenBy<fs.Stats>((answer) => fs.lstat(path, answer))).isDirectory();
    await (isDirectory ? removeDirectory(path) : removeFile(path));
  });
}

async function removeDirectory(directory: string): Promise<void> {
  const entries = await givenBy<fs.Dirent[]>((answer) =>
    fs.readdir(directory, { withFileTypes: true }, answer),
  );
  for (const entry of entries) {
    const path = join(directory, entry.name);
    await (entry.isDirectory() ? removeTree(path) : removeFile(path));
  }
  await endOf((answer) => fs.rmdir(directory, answer));
}

/** Removes a file; one that is not there is no error. */
export function removeFile(path: string): Promise<void> {
  return ifThere(() => endOf((answer) => fs.unlink(path, answer)));
}

async function ifThere(task: () => Promise<void>): Promise<void> {
  try {
    await task();
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
  }
}
