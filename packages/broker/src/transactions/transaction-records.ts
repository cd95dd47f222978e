import type { CoordinatorRecord } from '../coordination/coordinator-machine.ts';
import { decodeMessage, type Encodable, writeMessage } from '../protocol/message.ts';
import { transactionLogKey } from '../protocol/messages/transaction-log-key.ts';
import { transactionLogValue } from '../protocol/messages/transaction-log-value.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import { Reader } from '../protocol/reader.ts';
import { NO_PRODUCER_EPOCH } from '../protocol/record-batch.ts';
import { Writer } from '../protocol/writer.ts';
import {
  TRANSACTION_STATES,
  type TransactionMetadata,
  type TransactionState,
} from './transaction-metadata.ts';

/** From this level of `transaction.version` on records are written in their flexible version. */
const FLEXIBLE_RECORDS = 1;

/** What a record of `__transaction_state` says; null takes the id back. */
export type TransactionRecord =
  | {
      readonly kind: 'transaction';
      readonly transactionalId: string;
      readonly metadata: TransactionMetadata | null;
    }
  | { readonly kind: 'unknown'; readonly version: number };

/** Kafka's TransactionLogValue, in the version that the cluster's level of `transaction.version` calls for. */
export function transactionRecord(
  metadata: TransactionMetadata,
  transactionVersion: number,
): CoordinatorRecord {
  const version = transactionVersion >= FLEXIBLE_RECORDS ? 1 : 0;
  const { partitions, state } = metadata;
  const value: Encodable<typeof transactionLogValue> = {
    producerId: metadata.producerId,
    producerEpoch: metadata.producerEpoch,
    transactionTimeoutMs: metadata.timeoutMs,
    transactionStatus: TRANSACTION_STATES.indexOf(state),
    transactionPartitions:
      state === 'Empty' ? null : [...partitions].map(([topic, partitionIds]) => ({ topic, partitionIds })),
    transactionLastUpdateTimestampMs: metadata.lastUpdateMs,
    transactionStartTimestampMs: metadata.startMs,
    ...(version > 0 && {
      previousProducerId: metadata.previousProducerId,
      nextProducerId: metadata.nextProducerId,
      clientTransactionVersion: metadata.clientTransactionVersion,
    }),
  };
  const writer = new Writer();
  writer.int16(version);
  writeMessage(transactionLogValue, writer, value, version);
  return { key: keyBytes(metadata.transactionalId), value: writer.bytes() };
}

export function transactionTombstone(transactionalId: string): CoordinatorRecord {
  return { key: keyBytes(transactionalId), value: null };
}

/** Reads a record in any version Kafka ever wrote. Throws a ProtocolError when the bytes are not what they claim. */
export function decodeTransactionRecord({ key, value }: CoordinatorRecord): TransactionRecord {
  const reader = new Reader(key);
  const keyVersion = reader.int16();
  if (keyVersion !== transactionLogKey.apiKey) return { kind: 'unknown', version: keyVersion };
  const { transactionalId } = decodeMessage(transactionLogKey, reader, 0);
  if (value === null) return { kind: 'transaction', transactionalId, metadata: null };
  const valueReader = new Reader(value);
  const version = valueReader.int16();
  if (version < 0 || version > 1) return { kind: 'unknown', version };
  return {
    kind: 'transaction',
    transactionalId,
    metadata: metadataIn(transactionalId, valueReader, version),
  };
}

function metadataIn(transactionalId: string, reader: Reader, version: number): TransactionMetadata {
  const value = decodeMessage(transactionLogValue, reader, version);
  const partitions = value.transactionPartitions ?? [];
  return {
    transactionalId,
    ...{ producerId: value.producerId, producerEpoch: value.producerEpoch },
    ...{ previousProducerId: value.previousProducerId, nextProducerId: value.nextProducerId },
    lastProducerEpoch: NO_PRODUCER_EPOCH,
    timeoutMs: value.transactionTimeoutMs,
    state: storedState(value.transactionStatus),
    partitions: new Map(partitions.map(({ topic, partitionIds }) => [topic, partitionIds])),
    startMs: value.transactionStartTimestampMs,
    lastUpdateMs: value.transactionLastUpdateTimestampMs,
    clientTransactionVersion: value.clientTransactionVersion,
  };
}

function storedState(status: number): TransactionState {
  const state = TRANSACTION_STATES[status];
  if (state === undefined || state === 'Dead' || state === 'PrepareEpochFence') {
    throw new ProtocolError('malformed', `no transaction is stored in state ${status}`);
  }
  return state;
}

function keyBytes(transactionalId: string): Uint8Array {
  const writer = new Writer();
  writer.int16(transactionLogKey.apiKey);
  writeMessage(transactionLogKey, writer, { transactionalId }, 0);
  return writer.bytes();
}
