import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { KafkaTools } from './kafka-tools.ts';

/** The files that Kafka's tool reads; it knows checkpoints and properties by no ending. */
const ENDINGS = ['.log', '.index', '.timeindex', '.txnindex', '.snapshot', '.checkpoint'];

/** What the tool says when something is not as it should be; gaps are looked at apart. */
const COMPLAINTS = [
  /isvalid: false/,
  /Found \d+ invalid bytes/,
  /Mismatches in/,
  /Found timestamp mismatch/,
  /Found out of order timestamp/,
  /indexed offsets are not found/,
  /Ignoring unknown file/,
  /Unknown record type/,
  /Error at /,
  /corrupt/i,
  /exception/i,
];

/** Every file in the partitions of a log directory that DumpLogSegments can read, partition by partition. */
export function dumpableFiles(logDirectory: string): { partition: string; files: string[] }[] {
  return readdirSync(logDirectory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => {
      const files = readdirSync(join(logDirectory, name)).filter((file) =>
        ENDINGS.some((end) => file.endsWith(end)),
      );
      return { partition: name, files: files.sort().map((file) => join(logDirectory, name, file)) };
    })
    .filter(({ files }) => files.length > 0);
}

/** Runs DumpLogSegments of Kafka 4.3.1; resolves with what it printed, on either stream. */
export function dumpLogSegments(
  tools: KafkaTools,
  files: readonly string[],
  flags: readonly string[],
): Promise<string> {
  return tools.run('org.apache.kafka.tools.DumpLogSegments', ['--files', files.join(','), ...flags]);
}

/** The decoder that a partition's records ask for. */
function decoderFlags(partition: string): string[] {
  if (partition.startsWith('__consumer_offsets-')) return ['--offsets-decoder'];
  if (partition.startsWith('__transaction_state-')) return ['--transaction-log-decoder'];
  return partition.startsWith('__cluster_metadata-') ? ['--cluster-metadata-decoder'] : ['--print-data-log'];
}

export interface LookedAt {
  /** The partitions to look at; all without it. */
  readonly isChosen?: (partition: string) => boolean;
  /** The partitions in which offsets may be missing. */
  readonly hasGaps?: (partition: string) => boolean;
}

/** Has DumpLogSegments look at every file of a log directory in each of its ways, and resolves with its complaints. */
export async function complaintsAbout(
  tools: KafkaTools,
  logDirectory: string,
  { isChosen = () => true, hasGaps = () => false }: LookedAt = {},
): Promise<string[]> {
  const complaints: string[] = [];
  for (const { partition, files } of dumpableFiles(logDirectory)) {
    if (!isChosen(partition)) continue;
    const outputs = [
      await dumpLogSegments(tools, files, ['--deep-iteration', ...decoderFlags(partition)]),
      await dumpLogSegments(tools, files, ['--index-sanity-check']),
      await dumpLogSegments(tools, files, ['--verify-index-only']),
    ];
    for (const line of outputs.join('\n').split('\n')) {
      if (COMPLAINTS.some((complaint) => complaint.test(line))) complaints.push(`${partition}: ${line}`);
    }
    if (!hasGaps(partition))
      complaints.push(...gapsIn(outputs[0] ?? '').map((gap) => `${partition}: ${gap}`));
  }
  return complaints;
}

/** The gaps that were found inside segments; the tool counts from 0 and calls each beginning above a gap too. */
function gapsIn(output: string): string[] {
  return output.split('\n').filter((line) => /^ {2}\d+ is followed by \d+/.test(line));
}

/** The lines about content that DumpLogSegments and `odradek dump-log` print over the same directory, by file. */
export async function bothDumps(tools: KafkaTools, logDirectory: string) {
  const partitions = dumpableFiles(logDirectory);
  let kafkas = '';
  for (const { partition, files } of partitions) {
    kafkas += await dumpLogSegments(tools, files, ['--deep-iteration', ...decoderFlags(partition)]);
  }
  const program = resolve(import.meta.dirname, '../../bin/odradek');
  const args = ['dump-log', '--deep', ...partitions.flatMap(({ files }) => files)];
  const { stdout } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 });
  return { kafkas: byFile(kafkas.split('\n').map(inOurWords)), ours: byFile(stdout.split('\n')) };
}

const CONTENT = /^(baseOffset|\| offset|offset|timestamp|version|producerId): /;

function byFile(lines: readonly string[]): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  let content: string[] = [];
  for (const line of lines) {
    if (line.startsWith('Dumping ')) {
      content = [];
      found[line] = content;
    } else if (CONTENT.test(line) && !isRoom(line)) {
      content.push(line);
    }
  }
  return found;
}

/** Of an index that was made beforehand Kafka's tool shows the first of the empty entries. */
function isRoom(line: string): boolean {
  return /^timestamp: 0 offset: \d+$/.test(line) || /^offset: \d+ position: 0$/.test(line);
}

/** Where Kafka's tool prints a Java object, or a number as text. */
function inOurWords(line: string): string {
  return line
    .replace(/deleteHorizonMs: OptionalLong\.empty/, 'deleteHorizonMs: none')
    .replace(/currentTxnFirstOffset: OptionalLong\.empty/, 'currentTxnFirstOffset: -1')
    .replace(/OptionalLong\[(\d+)\]/, '$1')
    .replace(/^(\| offset.* key: \{"type":)"(\d+)"/, '$1$2')
    .replace(/( payload: \{"version":)"(\d+)"/, '$1$2');
}
