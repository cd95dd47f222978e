import { encodeMessage } from './message.ts';
import { endTxnMarker } from './messages/end-txn-marker.ts';
import { ProtocolError } from './protocol-error.ts';
import { Reader } from './reader.ts';
import { type BatchOptions, buildBatch } from './records.ts';
import { Writer } from './writer.ts';

/** By their number in a control record's key. */
const CONTROL_RECORD_TYPES = [
  'abort',
  'commit',
  'leader-change',
  'snapshot-header',
  'snapshot-footer',
  'kraft-version',
  'kraft-voters',
] as const;

export type ControlRecordType = (typeof CONTROL_RECORD_TYPES)[number];

const KEY_VERSION = 0;
const END_TXN_MARKER_VERSION = 0;

/** What kind of control record has this key; `unknown` for kinds that came after Kafka 4.3.1. Throws a ProtocolError. */
export function controlRecordTypeOf(key: Uint8Array | null): ControlRecordType | 'unknown' {
  if (key === null) throw new ProtocolError('malformed', 'a control record without a key');
  const reader = new Reader(key);
  const version = reader.int16();
  if (version < KEY_VERSION)
    throw new ProtocolError('malformed', `a control record key of version ${version}`);
  return CONTROL_RECORD_TYPES[reader.int16()] ?? 'unknown';
}

export interface NewControlRecord {
  readonly type: ControlRecordType;
  /** The encoded message that belongs to the type, such as a LeaderChangeMessage. */
  readonly value: Uint8Array;
  readonly timestamp: number;
}

/** A control batch of one record, as Kafka writes each of them. */
export function buildControlBatch(record: NewControlRecord, options: BatchOptions): Uint8Array {
  const key = new Writer({ capacity: 4 });
  key.int16(KEY_VERSION);
  key.int16(CONTROL_RECORD_TYPES.indexOf(record.type));
  const { value, timestamp } = record;
  return buildBatch([{ key: key.bytes(), value, timestamp }], { ...options, isControl: true });
}

export interface TransactionMarker {
  readonly outcome: 'commit' | 'abort';
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly coordinatorEpoch: number;
  readonly timestamp: number;
}

/** The batch that ends a producer's transaction in a partition (KIP-98). */
export function buildTransactionMarker(marker: TransactionMarker, options: BatchOptions = {}): Uint8Array {
  const value = new Writer({ capacity: 6 });
  value.int16(END_TXN_MARKER_VERSION);
  value.raw(
    encodeMessage(endTxnMarker, { coordinatorEpoch: marker.coordinatorEpoch }, END_TXN_MARKER_VERSION),
  );
  const { outcome, timestamp, producerId, producerEpoch } = marker;
  return buildControlBatch(
    { type: outcome, value: value.bytes(), timestamp },
    { ...options, isTransactional: true, producerId, producerEpoch },
  );
}

/** The coordinator epoch in the value of a `commit` or `abort` record. Throws a ProtocolError. */
export function coordinatorEpochOf(value: Uint8Array | null): number {
  if (value === null) throw new ProtocolError('malformed', 'a transaction marker without a value');
  const reader = new Reader(value);
  const version = reader.int16();
  if (version < END_TXN_MARKER_VERSION) {
    throw new ProtocolError('malformed', `a transaction marker of version ${version}`);
  }
  // A later version has the same field first and may have more.
  return reader.int32();
}
