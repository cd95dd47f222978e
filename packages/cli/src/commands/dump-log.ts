import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join, resolve, sep } from 'node:path';
import { DiskError, type DumpEntry, dumpLog, isDumped, type RecordDecoderName } from '@odradek/broker/dump';
import { bytesJson } from '../bytes-text.ts';
import { dumpText } from '../dump/dump-text.ts';
import { ExitCode, usageFailure } from '../failure.ts';
import { jsonLine, OutputLines, tell } from '../standard-output.ts';

export interface DumpLogOptions {
  readonly deep?: boolean;
  readonly check?: boolean;
  readonly json?: boolean;
  readonly decoder?: RecordDecoderName;
}

/**
 * Prints what the files hold, and where they are damaged; of a directory every file that it knows. Resolves with
 * FAILED when something is damaged or could not be read.
 */
export async function dumpLogFiles(paths: readonly string[], options: DumpLogOptions): Promise<number> {
  const output = new OutputLines();
  let isSound = true;
  for (const path of await filesOf(paths)) {
    try {
      isSound = (await dumpOne(path, options, output)) && isSound;
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      await output.flush();
      tell(`odradek: ${path} cannot be read (${error.code})`);
      isSound = false;
    }
  }
  await output.flush();
  return isSound ? ExitCode.OK : ExitCode.FAILED;
}

/** The files to dump: those named, and what lies in the directories named, by name. */
async function filesOf(paths: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths) {
    const names = await namesIn(path);
    if (names !== null) {
      files.push(...names.filter(isDumped).map((name) => join(path, name)));
    } else if (isDumped(basename(path))) {
      files.push(path);
    } else {
      throw usageFailure(
        existsSync(path)
          ? `${path} is, by its name, no file of a log directory: a segment, an index, a checkpoint`
          : `there is no ${path}`,
      );
    }
  }
  if (files.length === 0) throw usageFailure(`there is nothing to dump in ${paths.join(', ')}`);
  return files;
}

/** The names in a directory, sorted; null where it is none. */
async function namesIn(path: string): Promise<string[] | null> {
  try {
    return (await readdir(path)).sort();
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOTDIR' || error.code === 'ENOENT'))
      return null;
    throw usageFailure(`${path} cannot be listed (${error instanceof Error ? error.message : error})`);
  }
}

/** Prints one file; true when nothing in it is damaged. */
async function dumpOne(path: string, options: DumpLogOptions, output: OutputLines): Promise<boolean> {
  const records = options.deep === true || options.check === true || options.decoder !== undefined;
  const { decoder } = options;
  const absolute = resolve(path).replaceAll(sep, '/');
  let isSound = true;
  for await (const entry of dumpLog(absolute, decoder === undefined ? { records } : { records, decoder })) {
    if (entry.kind === 'damage') isSound = false;
    if (options.check !== true || entry.kind === 'damage' || entry.kind === 'end') {
      await output.write(options.json === true ? json(path, entry) : text(path, entry, options));
    }
  }
  return isSound;
}

function text(path: string, entry: DumpEntry, options: DumpLogOptions): string {
  if (options.check === true) return `${path}: ${dumpText(entry)}`;
  return entry.kind === 'file' ? `Dumping ${path}\n${dumpText(entry)}` : dumpText(entry);
}

function json(file: string, entry: DumpEntry): string {
  if (entry.kind !== 'record') return jsonLine({ file, ...entry });
  const { key, value, headers } = entry;
  return jsonLine({
    file,
    ...entry,
    keySize: key?.length ?? -1,
    valueSize: value?.length ?? -1,
    key: bytesJson(key),
    value: bytesJson(value),
    headers: headers.map((header) => ({ key: header.key, value: bytesJson(header.value) })),
  });
}
