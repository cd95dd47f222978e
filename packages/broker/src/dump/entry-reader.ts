import { uninitializedBytes } from '../runtime/bytes.ts';
import type { File } from '../runtime/disk.ts';

/** One fixed-size entry of an index; its bytes are good until the next one is read. */
export interface RawEntry {
  readonly view: DataView;
  readonly position: number;
}

const ENTRIES_PER_READ = 8192;

/** The whole entries of a file, one after another. */
export async function* rawEntries(
  file: File,
  entryBytes: number,
  sizeInBytes: number,
): AsyncGenerator<RawEntry> {
  const wholeBytes = sizeInBytes - (sizeInBytes % entryBytes);
  const chunk = uninitializedBytes(Math.min(wholeBytes, ENTRIES_PER_READ * entryBytes));
  for (let position = 0; position < wholeBytes; ) {
    const count = await file.read(chunk.subarray(0, Math.min(chunk.length, wholeBytes - position)), position);
    for (let at = 0; at + entryBytes <= count; at += entryBytes) {
      const view = new DataView(chunk.buffer, chunk.byteOffset + at, entryBytes);
      yield { view, position: position + at };
    }
    // The file has become shorter meanwhile.
    if (count < entryBytes) return;
    position += count - (count % entryBytes);
  }
}

export function isZero({ view }: RawEntry): boolean {
  for (let at = 0; at < view.byteLength; at++) if (view.getUint8(at) !== 0) return false;
  return true;
}

export function int64Of(view: DataView, at: number): number {
  return view.getInt32(at) * 2 ** 32 + view.getUint32(at + 4);
}
