import type { CompressionType, TimestampType } from '../protocol/record-batch.ts';

/** The kinds of files that Kafka, and Odradek, keep in a log directory. */
export type DumpedFileType =
  | 'log'
  | 'metadata-snapshot'
  | 'offset-index'
  | 'time-index'
  | 'transaction-index'
  | 'producer-snapshot'
  | 'leader-epochs'
  | 'offset-checkpoint'
  | 'properties'
  | 'json';

/** How the records of an internal topic are to be read; `none` leaves keys and values as bytes. */
export type RecordDecoderName = 'offsets' | 'transactions' | 'metadata' | 'none';

/** Begins each file. */
export interface FileEntry {
  readonly kind: 'file';
  readonly type: DumpedFileType;
  readonly sizeInBytes: number;
  /** The offset in the name of a segment's file or of a snapshot; null where the name has none. */
  readonly startOffset: number | null;
  /** The epoch in the name of a metadata snapshot; null elsewhere. */
  readonly epoch: number | null;
}

export interface BatchEntry {
  readonly kind: 'batch';
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly count: number;
  readonly baseSequence: number;
  readonly lastSequence: number;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly partitionLeaderEpoch: number;
  readonly isTransactional: boolean;
  readonly isControl: boolean;
  readonly deleteHorizonMs: number | null;
  readonly position: number;
  readonly timestampType: TimestampType;
  readonly maxTimestamp: number;
  readonly sizeInBytes: number;
  readonly magic: number;
  /** null where the attributes name a codec that does not exist. */
  readonly compression: CompressionType | null;
  readonly crc: number;
  readonly isValid: boolean;
}

/** A key or a value of an internal topic, as its schema reads. */
export interface DecodedMessage {
  /** The name, of a metadata record, or the number of its record type. */
  readonly type?: string | number;
  readonly version?: number;
  readonly data: unknown;
}

export interface RecordEntry {
  readonly kind: 'record';
  readonly offset: number;
  readonly timestampType: TimestampType;
  readonly timestamp: number;
  readonly sequence: number;
  readonly headers: readonly { readonly key: string; readonly value: Uint8Array | null }[];
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  /** What a control record says; null for data. */
  readonly control: DecodedMessage | null;
  /** Key and value as a decoder reads them; null without one. */
  readonly decoded: { readonly key: DecodedMessage | null; readonly value: DecodedMessage | null } | null;
}

/** One line, entry or property of a file of small parts, field by field in the order of the file. */
export interface FieldsEntry {
  readonly kind: 'entry';
  readonly fields: Readonly<Record<string, string | number>>;
}

/** Something about the file that is no damage. */
export interface NoteEntry {
  readonly kind: 'note';
  readonly message: string;
}

/** Something is not as it should be. What could still be read is told before and behind it. */
export interface DamageEntry {
  readonly kind: 'damage';
  /** The byte of the file at which it is; null where the file as a whole is meant. */
  readonly position: number | null;
  readonly message: string;
}

/** Ends each file. */
export interface EndEntry {
  readonly kind: 'end';
  readonly batches: number;
  readonly records: number;
  readonly entries: number;
  readonly damages: number;
}

export type DumpEntry =
  | FileEntry
  | BatchEntry
  | RecordEntry
  | FieldsEntry
  | NoteEntry
  | DamageEntry
  | EndEntry;

export function damage(position: number | null, message: string): DamageEntry {
  return { kind: 'damage', position, message };
}
