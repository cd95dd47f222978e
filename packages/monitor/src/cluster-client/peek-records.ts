import type { PeekResponse, TopicRecord } from '@odradek/contract';
import type { ClusterMetadata } from './cluster-metadata.ts';
import { fetchRecords } from './fetch-records.ts';
import type { KafkaLibrary } from './kafka-library.ts';
import type { KafkaRequests } from './kafka-requests.ts';
import { listOffsets } from './list-offsets.ts';
import type { RecordBatch } from './record-batches.ts';
import { recordContent } from './record-content.ts';

/** What to peek at. */
export interface Peek {
  readonly topic: string;
  readonly start:
    | { readonly kind: 'newest' | 'oldest' }
    | { readonly kind: 'offset'; readonly offset: number }
    | { readonly kind: 'timestamp'; readonly timestamp: number };
  /** Null: all. */
  readonly partition: number | null;
  readonly limit: number;
  readonly contentBytesMax: number;
}

interface PeekNeeds {
  readonly library: KafkaLibrary;
  readonly requests: KafkaRequests;
  readonly metadata: ClusterMetadata;
}

/** One partition as the peek goes on. */
interface PeekedPartition {
  readonly partition: number;
  readonly logStartOffset: number | null;
  readonly endOffset: number | null;
  /** Where it began to read. */
  from: number;
  /** Where it reads on; it is done at `until`. */
  next: number;
  until: number;
  records: TopicRecord[];
  error: string | null;
}

/** A peek reads at most this many times, so that a topic of holes ends too. */
const ROUNDS_MAX = 50;
const FETCH_BYTES = 8 * 1024 * 1024;
const PARTITION_BYTES_MIN = 64 * 1024;

/**
 * Reads records where they are, without joining a group or committing. `newest` gives the newest first, every other
 * start the oldest first. A partition that fails carries its error; the others are given.
 */
export async function peekRecords(needs: PeekNeeds, peek: Peek): Promise<PeekResponse> {
  const partitions = await placePartitions(needs, peek);
  const isNewest = peek.start.kind === 'newest';
  let stride = peek.limit;
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    await readOn(needs, peek, partitions);
    const found = partitions.reduce((sum, { records }) => sum + records.length, 0);
    if (!isNewest || found >= peek.limit || !stepBack(partitions, stride)) {
      break;
    }
    // Compaction and transaction markers leave holes; the next step back is wider.
    stride *= 4;
  }
  return isNewest ? newestOf(partitions, peek.limit) : oldestOf(partitions, peek.limit);
}

async function placePartitions(needs: PeekNeeds, peek: Peek): Promise<PeekedPartition[]> {
  const { requests, metadata } = needs;
  const all = metadata.topics.get(peek.topic)?.partitions ?? [];
  const wanted = all.filter(({ partition }) => peek.partition === null || peek.partition === partition);
  const [starts, ends] = await Promise.all([
    listOffsets(requests, metadata, 'earliest', [peek.topic]),
    listOffsets(requests, metadata, 'latest', [peek.topic]),
  ]);
  const atTime =
    peek.start.kind === 'timestamp'
      ? await listOffsets(requests, metadata, { timestamp: peek.start.timestamp }, [peek.topic])
      : null;
  return wanted.map(({ partition }) => {
    const start = starts.offsets.get(peek.topic, partition) ?? null;
    const end = ends.offsets.get(peek.topic, partition) ?? null;
    const at = atTime?.offsets.get(peek.topic, partition) ?? end ?? 0;
    const from = Math.max(start ?? 0, firstOffset(peek, { start: start ?? 0, end: end ?? 0, at }));
    return {
      partition,
      logStartOffset: start,
      endOffset: end,
      from,
      next: from,
      until: end ?? 0,
      records: [],
      error: start === null || end === null ? 'LEADER_NOT_AVAILABLE' : null,
    };
  });
}

function firstOffset(peek: Peek, { start, end, at }: { start: number; end: number; at: number }): number {
  switch (peek.start.kind) {
    case 'newest':
      return end - peek.limit;
    case 'oldest':
      return start;
    case 'offset':
      return peek.start.offset;
    case 'timestamp':
      return at;
  }
}

/** Reads each partition until it is done or has enough. */
async function readOn(needs: PeekNeeds, peek: Peek, partitions: PeekedPartition[]): Promise<void> {
  const isNewest = peek.start.kind === 'newest';
  const { library, requests, metadata } = needs;
  const isWaiting = (partition: PeekedPartition) =>
    partition.error === null &&
    partition.next < partition.until &&
    (isNewest || partition.records.length < peek.limit);
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const waiting = partitions.filter(isWaiting);
    if (waiting.length === 0) {
      return;
    }
    const fetched = await fetchRecords(library, requests, metadata, {
      topic: peek.topic,
      positions: waiting.map(({ partition, next }) => ({ partition, offset: next })),
      partitionBytesMax: Math.max(PARTITION_BYTES_MIN, Math.floor(FETCH_BYTES / waiting.length)),
    });
    for (const partition of waiting) {
      const { error, batches } = fetched.get(partition.partition) ?? { error: 'UNKNOWN', batches: [] };
      partition.error = error;
      take(peek, partition, batches);
    }
  }
}

function take(peek: Peek, partition: PeekedPartition, batches: readonly RecordBatch[]): void {
  const before = partition.next;
  for (const batch of batches) {
    if (!batch.isControl) {
      const visible = batch.records.filter(
        ({ offset }) => offset >= partition.next && offset < partition.until,
      );
      const shown = visible.map((record) =>
        topicRecord(partition.partition, batch, record, peek.contentBytesMax),
      );
      partition.records.push(...shown);
    }
    partition.next = Math.max(partition.next, batch.nextOffset);
  }
  if (partition.next === before) {
    // Nothing came although there should be something: the rest was deleted meanwhile.
    partition.next = partition.until;
  }
}

function topicRecord(
  partition: number,
  { timestampType }: RecordBatch,
  record: RecordBatch['records'][number],
  bytesMax: number,
): TopicRecord {
  const { offset, timestamp, key, value, headers } = record;
  const headerBytes = headers.reduce(
    (sum, header) => sum + Buffer.byteLength(header.name) + (header.value?.length ?? 0),
    0,
  );
  return {
    partition,
    offset,
    timestamp,
    timestampType: timestamp < 0 ? 'none' : timestampType,
    key: recordContent(key, bytesMax),
    value: recordContent(value, bytesMax),
    headers: headers.map((header) => ({ name: header.name, value: recordContent(header.value, bytesMax) })),
    sizeBytes: (key?.length ?? 0) + (value?.length ?? 0) + headerBytes,
  };
}

/** Moves every partition that has older records back; false when none has. */
function stepBack(partitions: PeekedPartition[], stride: number): boolean {
  const older = partitions.filter(
    ({ error, from, logStartOffset }) => error === null && from > (logStartOffset ?? 0),
  );
  for (const partition of older) {
    partition.until = partition.from;
    partition.from = Math.max(partition.logStartOffset ?? 0, partition.from - stride);
    partition.next = partition.from;
  }
  return older.length > 0;
}

function newestOf(partitions: readonly PeekedPartition[], limit: number): PeekResponse {
  const records = partitions
    .flatMap((partition) => partition.records)
    .sort((one, other) => other.timestamp - one.timestamp || other.offset - one.offset)
    .slice(0, limit);
  return { records, partitions: partitions.map((partition) => shownPartition(partition, null)) };
}

function oldestOf(partitions: readonly PeekedPartition[], limit: number): PeekResponse {
  const records = partitions
    .flatMap((partition) => partition.records)
    .sort((one, other) => one.timestamp - other.timestamp || one.offset - other.offset)
    .slice(0, limit);
  return {
    records,
    partitions: partitions.map((partition) => {
      const taken = records.filter((record) => record.partition === partition.partition);
      const rest = partition.records.filter((record) => !taken.includes(record));
      const next = rest.length > 0 ? Math.min(...rest.map(({ offset }) => offset)) : partition.next;
      return shownPartition(partition, next < (partition.endOffset ?? 0) ? next : null);
    }),
  };
}

function shownPartition(
  { partition, logStartOffset, endOffset, error }: PeekedPartition,
  nextOffset: number | null,
): PeekResponse['partitions'][number] {
  return { partition, logStartOffset, endOffset, nextOffset, error };
}
