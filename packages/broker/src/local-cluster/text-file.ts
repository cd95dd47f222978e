import type { Disk } from '../runtime/disk.ts';
import { readText, replaceFile, writeRebuildableFile } from '../runtime/whole-file.ts';

interface FilePlace {
  readonly directory: string;
  readonly name: string;
}

/**
 * Replaces a file as a whole: a crash leaves the old text or the new one, durable when this resolves. Text that is
 * there already is left alone, which spares a start the wait for the disk.
 */
export async function replaceText(disk: Disk, place: FilePlace, text: string): Promise<void> {
  const path = `${place.directory}/${place.name}`;
  if ((await readText(disk, path)) === text) return;
  await replaceFile(disk, path, new TextEncoder().encode(text));
}

/** Writes what has no meaning after a crash of the machine, and need not be durable; readers see it whole. */
export async function noteText(disk: Disk, place: FilePlace, text: string): Promise<void> {
  const path = `${place.directory}/${place.name}`;
  const draft = `${path}.new`;
  await writeRebuildableFile(disk, draft, new TextEncoder().encode(text));
  await disk.rename(draft, path);
}
