import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What lies in a partition's directory, by file name, in words that are the same for the same content. */
export async function partitionFiles(
  logDirectory: string,
  partition: string,
): Promise<Record<string, string>> {
  const folder = join(logDirectory, partition);
  const names = (await readdir(folder)).toSorted();
  const active = names.findLast((name) => name.endsWith('.log'))?.slice(0, 20);
  const files: Record<string, string> = {};
  for (const name of names) {
    const ending = name.slice(20);
    // The indexes of an active segment are written when it is closed, and mapped before.
    const isGrowing = name.startsWith(`${active}.`) && (ending === '.index' || ending === '.timeindex');
    if (!/^\d{20}\./.test(name) || isGrowing) continue;
    const bytes = await readFile(join(folder, name));
    files[name] = ending.startsWith('.snapshot') ? producers(bytes) : digest(bytes);
  }
  return files;
}

/** The lines of a checkpoint of a log directory that are about a topic. */
export async function checkpointed(logDirectory: string, file: string, topic: string): Promise<string[]> {
  const lines = (await readFile(join(logDirectory, file), 'utf8')).split('\n');
  return lines.filter((line) => line.startsWith(`${topic} `));
}

function digest(bytes: Uint8Array): string {
  return `${bytes.length} bytes ${createHash('sha256').update(bytes).digest('hex').slice(0, 12)}`;
}

const ROW_BYTES = 46;

/** A snapshot's rows, in an order of their own: Kafka's is that of a hash map. */
function producers(bytes: Buffer): string {
  const rows: string[] = [];
  for (let at = 10; at < bytes.length; at += ROW_BYTES) rows.push(bytes.toString('hex', at, at + ROW_BYTES));
  return [bytes.toString('hex', 0, 2), bytes.toString('hex', 6, 10), ...rows.toSorted()].join(' ');
}
