import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';

/** What a program that is not ours was asked to judge, and what it found. */
export interface Finding {
  readonly judge: string;
  readonly asked: string;
  readonly found: string;
}

const file = resolve(import.meta.dirname, '../../docs/interop.md');

const HEADING = "## Files and records, judged by other people's programs";
const PREAMBLE = [
  HEADING,
  '',
  'Each row is written by the test that shows it, when it has passed; the counts stand in its output.',
  '',
  '| judge | asked about | found |',
  '|---|---|---|',
];

/** The part of docs/interop.md behind the table of clients, as it stands there. */
export async function findingsText(): Promise<string> {
  const text = await readFile(file, 'utf8');
  const at = text.indexOf(HEADING);
  return at < 0 ? `${PREAMBLE.join('\n')}\n` : text.slice(at);
}

/** Puts a finding into docs/interop.md, in the place of an earlier one about the same. */
export async function noteFinding({ judge, asked, found }: Finding): Promise<void> {
  const rows = (await findingsText()).split('\n').slice(PREAMBLE.length);
  const begin = `| ${judge} | ${asked} |`;
  const others = rows.filter((row) => row !== '' && !row.startsWith(begin));
  const text = await readFile(file, 'utf8');
  const at = text.indexOf(HEADING);
  const clients = (at < 0 ? text : text.slice(0, at)).trimEnd();
  const table = [...PREAMBLE, ...[...others, `${begin} ${found} |`].sort()];
  await writeFile(file, `${clients}\n\n${table.join('\n')}\n`);
}
