import type { DumpEntry } from './dump/dump-entry.ts';
import { type DumpOptions, dumpFile } from './dump/dump-file.ts';
import { nodeDisk } from './runtime/node-disk.ts';

export type {
  BatchEntry,
  DecodedMessage,
  DumpEntry,
  RecordDecoderName,
  RecordEntry,
} from './dump/dump-entry.ts';
export { type DumpOptions, isDumped } from './dump/dump-file.ts';
export { DiskError } from './runtime/disk.ts';

/** Tells what a file of a log directory on this machine holds and where it is damaged; see {@link dumpFile}. */
export function dumpLog(path: string, options: DumpOptions): AsyncGenerator<DumpEntry> {
  return dumpFile(nodeDisk, path, options);
}
