import { type Disk, DiskError } from './disk.ts';

/** All bytes of a file that is small enough to hold, or null when it is not there. */
export async function readWholeFile(disk: Disk, path: string): Promise<Uint8Array | null> {
  const file = await openIfThere(disk, path);
  if (file === null) return null;
  try {
    const bytes = new Uint8Array(await file.size());
    const count = await file.read(bytes, 0);
    return bytes.subarray(0, count);
  } finally {
    await file.close();
  }
}

/** The text of a file that is small enough to hold, or null when it is not there. */
export async function readText(disk: Disk, path: string): Promise<string | null> {
  const bytes = await readWholeFile(disk, path);
  return bytes === null ? null : new TextDecoder().decode(bytes);
}

async function openIfThere(disk: Disk, path: string) {
  try {
    return await disk.open(path, 'read');
  } catch (error) {
    if (error instanceof DiskError && error.code === 'ENOENT') return null;
    throw error;
  }
}

/**
 * Puts `bytes` in the place of the file, so that a crash leaves either the old content or the new. Durable when
 * it resolves.
 */
export async function replaceFile(disk: Disk, path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.tmp`;
  const file = await disk.open(temporary, 'create');
  try {
    await file.truncate(0);
    await file.write([bytes], 0);
    await file.sync();
  } finally {
    await file.close();
  }
  await disk.rename(temporary, path);
  await disk.syncDirectory(directoryOf(path));
}

/**
 * Writes a file that may be rebuilt from others: what a crash leaves of it is checked when it is read. The first
 * `intactBytes` are there already and stay as they are, whatever happens.
 */
export async function writeRebuildableFile(
  disk: Disk,
  path: string,
  bytes: Uint8Array,
  intactBytes = 0,
): Promise<void> {
  const file = await disk.open(path, 'create');
  try {
    await file.write([bytes.subarray(intactBytes)], intactBytes);
    await file.truncate(bytes.length);
  } finally {
    await file.close();
  }
}

export function directoryOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}
