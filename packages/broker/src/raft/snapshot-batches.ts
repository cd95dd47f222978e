import { buildBatch, type NewRecord } from '../protocol/records.ts';
import { quorumRecords, snapshotFooter, snapshotHeader } from './control-records.ts';
import type { OffsetAndEpoch } from './epoch-log.ts';
import type { VoterNode } from './voter-set.ts';

/** What a snapshot of the metadata log stands for (KIP-630). */
export interface SnapshotContent {
  readonly id: OffsetAndEpoch;
  /** Of the last record that it stands for. */
  readonly lastContainedLogTimestamp: number;
  /** When it is written; as old as that record unless given. */
  readonly timestamp?: number;
  /** Null where no record of the log names them. */
  readonly voters: readonly VoterNode[] | null;
  /** Records that make the same state; each of the inner lists becomes one batch. */
  readonly records: Iterable<readonly Uint8Array[]>;
}

/** The batches of the snapshot's file: a header with the voters, the records, a footer that says it is whole. */
export function* snapshotBatches({
  id,
  lastContainedLogTimestamp,
  timestamp = lastContainedLogTimestamp,
  voters,
  records,
}: SnapshotContent): Generator<Uint8Array> {
  let baseOffset = 0;
  const batch = (batchRecords: readonly NewRecord[], isControl: boolean): Uint8Array => {
    const stamped = batchRecords.map((record) => ({ ...record, timestamp }));
    const bytes = buildBatch(stamped, { baseOffset, leaderEpoch: id.epoch, isControl });
    baseOffset += batchRecords.length;
    return bytes;
  };
  const quorum = voters === null ? [] : quorumRecords(voters);
  yield batch([snapshotHeader(lastContainedLogTimestamp), ...quorum], true);
  for (const values of records) {
    if (values.length > 0) {
      yield batch(
        values.map((value) => ({ value })),
        false,
      );
    }
  }
  yield batch([snapshotFooter()], true);
}
