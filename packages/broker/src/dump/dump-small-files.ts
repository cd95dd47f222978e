import { crc32c } from '../protocol/crc32c.ts';
import { decodeMessage } from '../protocol/message.ts';
import { producerSnapshot } from '../protocol/messages/producer-snapshot.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import { Reader } from '../protocol/reader.ts';
import { type DamageEntry, type DumpEntry, damage } from './dump-entry.ts';

const SNAPSHOT_VERSION = 1;
const SNAPSHOT_CRC_END = 6;

/** The producers in a `.snapshot` file: version (int16), CRC-32C of what follows it, the producers. */
export function* dumpProducerSnapshot(bytes: Uint8Array): Generator<DumpEntry> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < SNAPSHOT_CRC_END) {
    yield damage(0, `${bytes.length} bytes are too few for a producer snapshot`);
    return;
  }
  if (view.getInt16(0) !== SNAPSHOT_VERSION) {
    yield damage(0, `a producer snapshot of version ${view.getInt16(0)}; only ${SNAPSHOT_VERSION} is known`);
    return;
  }
  if (view.getUint32(2) !== crc32c(bytes.subarray(SNAPSHOT_CRC_END))) {
    yield damage(2, 'the checksum of the producer snapshot is wrong');
  }
  const reader = new Reader(bytes, 2);
  try {
    for (const entry of decodeMessage(producerSnapshot, reader, SNAPSHOT_VERSION).producerEntries) {
      const { producerId, epoch, coordinatorEpoch, currentTxnFirstOffset, timestamp } = entry;
      const producer = { producerId, producerEpoch: epoch, coordinatorEpoch, currentTxnFirstOffset };
      const { lastSequence, lastOffset, offsetDelta } = entry;
      const batch =
        lastOffset < 0 ? {} : { firstSequence: firstSequence(entry), lastSequence, lastOffset, offsetDelta };
      const times = lastOffset < 0 ? {} : { timestamp };
      yield { kind: 'entry', fields: { ...producer, lastTimestamp: timestamp, ...batch, ...times } };
    }
    reader.expectEnd();
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    yield damage(reader.offset, `the producer snapshot ends otherwise than it should: ${error.message}`);
  }
}

/** Sequences go from 2^31-1 on to 0. */
function firstSequence(entry: { readonly lastSequence: number; readonly offsetDelta: number }): number {
  const first = entry.lastSequence - entry.offsetDelta;
  return first < 0 ? first + 0x8000_0000 : first;
}

/** One line of a checkpoint: the byte it begins at, and its text. */
interface Line {
  readonly position: number;
  readonly text: string;
}

function linesOf(bytes: Uint8Array): Line[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  const lines: Line[] = [];
  let position = 0;
  for (const line of text.split('\n')) {
    lines.push({ position, text: line });
    position += Buffer.byteLength(line) + 1;
  }
  if (lines.at(-1)?.text === '') lines.pop();
  return lines;
}

/** `leader-epoch-checkpoint`: version, count, then `epoch startOffset` per line, both ascending. */
export function* dumpLeaderEpochs(bytes: Uint8Array): Generator<DumpEntry> {
  let before = { epoch: -1, startOffset: -1 };
  for (const item of checkpointLines(bytes)) {
    if (item.kind !== 'line') {
      yield item;
      continue;
    }
    const { position, text } = item.line;
    const match = /^(\d+) (\d+)$/.exec(text);
    if (match === null) {
      yield damage(position, `${JSON.stringify(text)} is not "epoch startOffset"`);
      continue;
    }
    const entry = { epoch: Number(match[1]), startOffset: Number(match[2]) };
    yield { kind: 'entry', fields: entry };
    const isBehind = entry.epoch > before.epoch && entry.startOffset > before.startOffset;
    if (!isBehind) yield damage(position, `epoch ${entry.epoch} does not come behind ${before.epoch}`);
    before = entry;
  }
}

/** `recovery-point-offset-checkpoint` and its like: version, count, then `topic partition offset` per line. */
export function* dumpOffsetCheckpoint(bytes: Uint8Array): Generator<DumpEntry> {
  const seen = new Set<string>();
  for (const item of checkpointLines(bytes)) {
    if (item.kind !== 'line') {
      yield item;
      continue;
    }
    const { position, text } = item.line;
    const match = /^([A-Za-z0-9._-]+) (\d+) (-?\d+)$/.exec(text);
    if (match?.[1] === undefined) {
      yield damage(position, `${JSON.stringify(text)} is not "topic partition offset"`);
      continue;
    }
    const [, topic, partition, offset] = match;
    yield { kind: 'entry', fields: { topic, partition: Number(partition), offset: Number(offset) } };
    const name = `${topic}-${partition}`;
    if (seen.has(name)) yield damage(position, `${name} stands here a second time`);
    seen.add(name);
  }
}

type CheckpointItem = { readonly kind: 'line'; readonly line: Line } | DamageEntry;

function* checkpointLines(bytes: Uint8Array): Generator<CheckpointItem> {
  const [version, count, ...lines] = linesOf(bytes);
  if (version === undefined || version.text !== '0') {
    yield damage(0, `the first line is ${JSON.stringify(version?.text ?? '')}, not the version 0`);
    return;
  }
  if (count === undefined || !/^\d+$/.test(count.text)) {
    yield damage(count?.position ?? bytes.length, 'the second line is not the number of entries');
    return;
  }
  for (const line of lines) yield { kind: 'line', line };
  if (Number(count.text) !== lines.length) {
    yield damage(count.position, `${lines.length} entries where ${count.text} are announced`);
  }
}

/** `meta.properties` and `partition.metadata`: a name, `=` or `:`, and a value per line. */
export function* dumpProperties(bytes: Uint8Array): Generator<DumpEntry> {
  for (const { position, text } of linesOf(bytes)) {
    if (text.startsWith('#') || text.trim() === '') continue;
    const match = /^([^=:]+)(?:=|: ?)(.*)$/.exec(text);
    if (match?.[1] === undefined) {
      yield damage(position, `${JSON.stringify(text)} is not a name and a value`);
      continue;
    }
    // Java escapes colons and equal signs in values.
    yield { kind: 'entry', fields: { [match[1].trim()]: (match[2] ?? '').replaceAll(/\\(.)/g, '$1') } };
  }
}

/** `quorum-state` and the clean-shutdown file: one JSON object. */
export function* dumpJson(bytes: Uint8Array): Generator<DumpEntry> {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      yield damage(0, 'not a JSON object');
      return;
    }
    for (const [name, item] of Object.entries(value)) {
      yield { kind: 'entry', fields: { [name]: typeof item === 'number' ? item : textOf(item) } };
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    yield damage(0, error.message);
  }
}

function textOf(item: unknown): string {
  return typeof item === 'string' ? item : JSON.stringify(item);
}
