import type { BatchEntry, DecodedMessage, DumpEntry, RecordEntry } from '@odradek/broker/dump';
import { base64Text, utf8Text } from '../bytes-text.ts';
import { jsonLine } from '../standard-output.ts';

/** A line for a person about one entry, with the names that Kafka's DumpLogSegments uses. */
export function dumpText(entry: DumpEntry): string {
  switch (entry.kind) {
    case 'file':
      return fileText(entry.type, entry.startOffset, entry.epoch);
    case 'batch':
      return batchText(entry);
    case 'record':
      return recordText(entry);
    case 'entry':
      return fields(entry.fields);
    case 'note':
      return `note: ${entry.message}`;
    case 'damage':
      return damageText(entry.position, entry.message);
    case 'end':
      return endText(entry);
  }
}

export function damageText(position: number | null, message: string): string {
  return position === null ? `DAMAGED: ${message}` : `DAMAGED at byte ${position}: ${message}`;
}

function fileText(type: string, startOffset: number | null, epoch: number | null): string {
  if (epoch !== null) return `Snapshot end offset: ${startOffset}, epoch: ${epoch}`;
  return startOffset === null ? `Type: ${type}` : `Log starting offset: ${startOffset}`;
}

function endText({ batches, records, entries, damages }: Extract<DumpEntry, { kind: 'end' }>): string {
  const counted = { batches, records, entries };
  const parts = Object.entries(counted).flatMap(([name, count]) => (count === 0 ? [] : [`${count} ${name}`]));
  const found = damages === 0 ? 'no damage' : `${damages} ${damages === 1 ? 'damage' : 'damages'}`;
  return [...parts, found].join(', ');
}

function batchText(batch: BatchEntry): string {
  return fields({
    baseOffset: batch.baseOffset,
    lastOffset: batch.lastOffset,
    count: batch.count,
    baseSequence: batch.baseSequence,
    lastSequence: batch.lastSequence,
    producerId: batch.producerId,
    producerEpoch: batch.producerEpoch,
    partitionLeaderEpoch: batch.partitionLeaderEpoch,
    isTransactional: batch.isTransactional,
    isControl: batch.isControl,
    deleteHorizonMs: batch.deleteHorizonMs ?? 'none',
    position: batch.position,
    [batch.timestampType]: batch.maxTimestamp,
    size: batch.sizeInBytes,
    magic: batch.magic,
    compresscodec: batch.compression ?? 'unknown',
    crc: batch.crc,
    isvalid: batch.isValid,
  });
}

function recordText(record: RecordEntry): string {
  const head = fields({
    offset: record.offset,
    [record.timestampType]: record.timestamp,
    keySize: record.key?.length ?? -1,
    valueSize: record.value?.length ?? -1,
    sequence: record.sequence,
    headerKeys: `[${record.headers.map((header) => printable(header.key)).join(',')}]`,
  });
  return `| ${head}${contentText(record)}`;
}

function contentText({ control, decoded, key, value }: RecordEntry): string {
  if (control !== null) return ` ${controlText(control)}`;
  if (decoded === null) return part('key', bytesText(key)) + part('payload', bytesText(value));
  const keyText = decoded.key === null ? null : jsonLine(decoded.key);
  const isTombstone = value === null && decoded.key !== null;
  return part('key', keyText) + part('payload', isTombstone ? '<DELETE>' : messageText(decoded.value));
}

/** Kafka's words for the control records that have a message. */
const CONTROL_WORDS: Readonly<Record<string, string>> = {
  'leader-change': 'LeaderChange:',
  'snapshot-header': 'SnapshotHeader',
  'snapshot-footer': 'SnapshotFooter',
  'kraft-version': 'KRaftVersion',
  'kraft-voters': 'KRaftVoters',
};

function controlText({ type, data }: DecodedMessage): string {
  if (type === 'commit' || type === 'abort') {
    const { coordinatorEpoch } = data as { readonly coordinatorEpoch: number };
    return `endTxnMarker: ${type.toUpperCase()} coordinatorEpoch: ${coordinatorEpoch}`;
  }
  return `${CONTROL_WORDS[type ?? ''] ?? `controlType: ${type}`} ${jsonLine(data)}`;
}

function messageText(message: DecodedMessage | null): string | null {
  return message === null ? null : jsonLine(message);
}

function part(name: string, text: string | null): string {
  return text === null ? '' : ` ${name}: ${text}`;
}

function fields(values: Readonly<Record<string, string | number | boolean>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${printable(name)}: ${typeof value === 'string' ? printable(value) : value}`)
    .join(' ');
}

function bytesText(bytes: Uint8Array | null): string | null {
  if (bytes === null) return null;
  const text = utf8Text(bytes);
  return text === null ? `base64:${base64Text(bytes)}` : printable(text);
}

/** What is in a file does not get to move the cursor of the terminal, nor to begin a line. */
function printable(text: string): string {
  return text.replaceAll(
    /\p{Cc}/gu,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
