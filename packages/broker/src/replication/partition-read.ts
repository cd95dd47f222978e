import { type LogRead, noRecords } from '../log/log-read.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import type { AbortedTransaction } from '../log/transaction-index.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { DiskError } from '../runtime/disk.ts';
import type { Partition, ReadIsolation } from './partition.ts';

export interface PartitionReadRequest {
  readonly fetchOffset: number;
  /** The epoch in which the reader believes the partition to be; -1 when it names none. */
  readonly currentLeaderEpoch: number;
  /** The epoch of the reader's last record; -1 when it names none (KIP-320). */
  readonly lastFetchedEpoch: number;
  readonly isolation: ReadIsolation;
  readonly requireLeader: boolean;
  readonly maxBytes: number;
  /** Return the first batch even when it is larger than `maxBytes` (KIP-74). */
  readonly minOneBatch: boolean;
}

/** The end of the epoch that reader and leader last agreed in: the reader truncates to it. */
export interface DivergingEpoch {
  readonly epoch: number;
  readonly endOffset: number;
}

/** What a fetch response says of one partition; offsets are -1 where `errorCode` is not `NONE`. */
export interface PartitionRead {
  readonly errorCode: number;
  readonly highWatermark: number;
  readonly lastStableOffset: number;
  readonly logStartOffset: number;
  readonly divergingEpoch: DivergingEpoch | null;
  /** Null unless only committed transactions are asked for. */
  readonly abortedTransactions: readonly AbortedTransaction[] | null;
  readonly parts: readonly Uint8Array[];
  readonly sizeInBytes: number;
  /** The replica that the reader had better ask (KIP-392); -1 for none. */
  readonly preferredReadReplica: number;
}

/** A read that found nothing but an error. */
export function failedRead(errorCode: number): PartitionRead {
  return {
    errorCode,
    highWatermark: -1,
    lastStableOffset: -1,
    logStartOffset: -1,
    divergingEpoch: null,
    abortedTransactions: null,
    parts: [],
    sizeInBytes: 0,
    preferredReadReplica: -1,
  };
}

/** A read that found a better place to read from: no records, and the offsets as they are here. */
export function redirectedRead(
  partition: Partition,
  currentLeaderEpoch: number,
  preferredReadReplica: number,
): PartitionRead {
  const refusal = partition.refusalOf(currentLeaderEpoch, false);
  if (refusal !== ErrorCode.NONE) return failedRead(refusal);
  return { ...failedRead(ErrorCode.NONE), ...offsetsOf(partition), preferredReadReplica };
}

function offsetsOf({ highWatermark, lastStableOffset, log: { logStartOffset } }: Partition) {
  return { highWatermark, lastStableOffset, logStartOffset };
}

/**
 * Reads whole batches from a partition for a consumer or a follower, at once where they are at hand. An offset outside of
 * the log is OFFSET_OUT_OF_RANGE; one between the reader's end and the log's end yields nothing.
 */
export function readPartition(
  partition: Partition,
  request: PartitionReadRequest,
): PartitionRead | Promise<PartitionRead> {
  const refusal = partition.refusalOf(request.currentLeaderEpoch, request.requireLeader);
  if (refusal !== ErrorCode.NONE) return failedRead(refusal);
  const { log } = partition;
  const { fetchOffset, isolation } = request;
  const upToOffset = partition.endFor(isolation);
  const offsets = offsetsOf(partition);
  if (request.lastFetchedEpoch >= 0) {
    const end = log.endOffsetForEpoch(request.lastFetchedEpoch);
    const isUnknown = end.leaderEpoch < 0 || end.endOffset < 0;
    if (isUnknown || fetchOffset < log.logStartOffset) return failedRead(ErrorCode.OFFSET_OUT_OF_RANGE);
    if (end.leaderEpoch < request.lastFetchedEpoch || end.endOffset < fetchOffset) {
      const divergingEpoch = { epoch: end.leaderEpoch, endOffset: end.endOffset };
      return { ...failedRead(ErrorCode.NONE), ...offsets, divergingEpoch };
    }
  }
  if (fetchOffset < log.logStartOffset || fetchOffset > log.logEndOffset) {
    return failedRead(ErrorCode.OFFSET_OUT_OF_RANGE);
  }
  const found = ({ read, aborted }: FoundRecords): PartitionRead | Promise<PartitionRead> => {
    if (read.kind === 'refused') {
      // The replica has moved to another log directory meanwhile.
      if (partition.log !== log) return readPartition(partition, request);
      return failedRead(read.errorCode);
    }
    return {
      errorCode: ErrorCode.NONE,
      highWatermark: offsets.highWatermark,
      lastStableOffset: offsets.lastStableOffset,
      logStartOffset: offsets.logStartOffset,
      divergingEpoch: null,
      abortedTransactions: aborted,
      parts: read.parts,
      sizeInBytes: read.sizeInBytes,
      preferredReadReplica: -1,
    };
  };
  if (isolation === 'last-stable-offset')
    return log.steadily(() => readCommitted(log, request, upToOffset)).then(found);
  const read = readRecords(log, request, upToOffset);
  return read instanceof Promise
    ? read.then((records) => found({ read: records, aborted: null }))
    : found({ read, aborted: null });
}

interface FoundRecords {
  readonly read: LogRead;
  readonly aborted: readonly AbortedTransaction[] | null;
}

function readRecords(
  log: PartitionLog,
  { fetchOffset, maxBytes, minOneBatch }: PartitionReadRequest,
  upToOffset: number,
): LogRead | Promise<LogRead> {
  return fetchOffset >= upToOffset
    ? noRecords(fetchOffset)
    : log.read({ fromOffset: fetchOffset, maxBytes, upToOffset, minOneBatch });
}

/** Records with the transactions among them that were aborted: a cleaning in between would take both away. */
async function readCommitted(
  log: PartitionLog,
  request: PartitionReadRequest,
  upToOffset: number,
): Promise<FoundRecords> {
  const read = await readRecords(log, request, upToOffset);
  const isEmpty = read.kind === 'refused' || read.sizeInBytes === 0;
  const aborted = isEmpty ? [] : await abortedIn(log, request.fetchOffset, read.nextOffset);
  if (aborted === null)
    return { read: { kind: 'refused', errorCode: ErrorCode.KAFKA_STORAGE_ERROR }, aborted };
  // Retention may have taken away, with the records that were read, who has aborted them.
  if (isEmpty || request.fetchOffset >= log.logStartOffset) return { read, aborted };
  return { read: { kind: 'refused', errorCode: ErrorCode.OFFSET_OUT_OF_RANGE }, aborted: [] };
}

/** Null where the disk does not tell; the other partitions of the request are not concerned. */
async function abortedIn(
  log: PartitionLog,
  fromOffset: number,
  upToOffset: number,
): Promise<readonly AbortedTransaction[] | null> {
  try {
    return await log.abortedTransactions(fromOffset, upToOffset);
  } catch (error) {
    if (error instanceof DiskError) return null;
    throw error;
  }
}
