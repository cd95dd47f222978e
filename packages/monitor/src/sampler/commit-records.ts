import { codec, ProtocolError } from '@odradek/broker/protocol';
import type { BatchRecord, RecordBatch } from '../cluster-client/record-batches.ts';
import type { OffsetEvent } from './cluster-sample.ts';

/** Types of keys in `__consumer_offsets`: 0 and 1 are committed offsets, all others groups and their members. */
const OFFSET_COMMIT_KEYS = [0, 1];

/** Type of a transaction marker. */
const COMMIT_MARKER = 1;

/** Commits of a transaction that is still open, by producer id. */
interface OpenTransaction {
  readonly firstOffset: number;
  readonly events: OffsetEvent[];
}

/**
 * Turns the records of one partition of `__consumer_offsets` into events, in order. Offsets committed in a
 * transaction are held back until its marker, as the group's coordinator does; other groups are not held up by it.
 * Group tombstones are no events: deleting a group also deletes each of its offsets, while a group that moves to the
 * consumer protocol (KIP-848) leaves a tombstone and keeps its offsets.
 */
export class CommitRecords {
  readonly #open = new Map<number, OpenTransaction>();

  /** The offset from which a new reader must begin, so as to miss no open transaction's commits. */
  restartOffset(nextOffset: number): number {
    return Math.min(nextOffset, ...[...this.#open.values()].map(({ firstOffset }) => firstOffset));
  }

  read(batch: RecordBatch): OffsetEvent[] {
    if (batch.isControl) {
      return this.#close(batch);
    }
    const events = batch.records.map(offsetEvent).filter((event) => event !== null);
    if (!batch.isTransactional) {
      return events;
    }
    const first = batch.records[0];
    const open = this.#open.get(batch.producerId);
    if (open !== undefined) {
      open.events.push(...events);
    } else if (first !== undefined) {
      this.#open.set(batch.producerId, { firstOffset: first.offset, events });
    }
    return [];
  }

  #close(batch: RecordBatch): OffsetEvent[] {
    const open = this.#open.get(batch.producerId);
    this.#open.delete(batch.producerId);
    const key = batch.records[0]?.key;
    const isCommitted =
      key !== null &&
      key !== undefined &&
      key.length >= 4 &&
      new DataView(key.buffer, key.byteOffset).getInt16(2) === COMMIT_MARKER;
    return isCommitted ? (open?.events ?? []) : [];
  }
}

/** Null for a record that is no committed offset, or one that is newer than we can read. */
function offsetEvent({ key, value, offset: order }: BatchRecord): OffsetEvent | null {
  try {
    if (key === null || !OFFSET_COMMIT_KEYS.includes(versionOf(key))) {
      return null;
    }
    const { group, topic, partition } = codec('OffsetCommitKey').decode(key.subarray(2), 0);
    if (value === null) {
      return { kind: 'offset-removed', group, topic, partition };
    }
    const commit = codec('OffsetCommitValue').decode(value.subarray(2), versionOf(value));
    return {
      kind: 'commit',
      group,
      topic,
      partition,
      offset: commit.offset,
      metadata: commit.metadata === '' ? null : commit.metadata,
      timestamp: commit.commitTimestamp,
      order,
    };
  } catch (error) {
    if (error instanceof ProtocolError) {
      return null;
    }
    throw error;
  }
}

function versionOf(bytes: Uint8Array): number {
  return bytes.length < 2 ? -1 : new DataView(bytes.buffer, bytes.byteOffset).getInt16(0);
}
