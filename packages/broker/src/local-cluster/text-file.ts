import { type Disk, DiskError } from '../runtime/disk.ts';

/** The text of a file, or null when it is not there. Other faults of the disk are thrown. */
export async function readText(disk: Disk, path: string): Promise<string | null> {
  const file = await openIfThere(disk, path);
  if (file === null) return null;
  try {
    const bytes = new Uint8Array(await file.size());
    const length = await file.read(bytes, 0);
    return new TextDecoder().decode(bytes.subarray(0, length));
  } finally {
    await file.close();
  }
}

/**
 * Replaces a file as a whole: a crash leaves the old text or the new one, durable when this resolves. Text that is
 * there already is left alone, which spares a start the wait for the disk.
 */
export async function replaceText(disk: Disk, place: FilePlace, text: string): Promise<void> {
  const path = `${place.directory}/${place.name}`;
  if ((await readText(disk, path)) === text) return;
  const draft = `${path}.new`;
  await write(disk, draft, { text, durable: true });
  await disk.rename(draft, path);
  await disk.syncDirectory(place.directory);
}

/** Writes what has no meaning after a crash of the machine, and need not be durable. */
export async function noteText(disk: Disk, place: FilePlace, text: string): Promise<void> {
  const path = `${place.directory}/${place.name}`;
  const draft = `${path}.new`;
  await write(disk, draft, { text, durable: false });
  await disk.rename(draft, path);
}

interface FilePlace {
  readonly directory: string;
  readonly name: string;
}

async function write(
  disk: Disk,
  path: string,
  { text, durable }: { readonly text: string; readonly durable: boolean },
): Promise<void> {
  const file = await disk.open(path, 'create');
  try {
    await file.truncate(0);
    await file.write([new TextEncoder().encode(text)], 0);
    if (durable) await file.sync();
  } finally {
    await file.close();
  }
}

async function openIfThere(disk: Disk, path: string) {
  try {
    return await disk.open(path, 'read');
  } catch (error) {
    if (error instanceof DiskError && error.code === 'ENOENT') return null;
    throw error;
  }
}
