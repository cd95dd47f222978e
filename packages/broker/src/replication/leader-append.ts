import type { AppendRejection, LogAppendInfo } from '../log/append-outcome.ts';
import type { AdmissionTerms } from '../log/assigned-appends.ts';
import type { OpenedRecords } from '../log/recompression.ts';

export interface LeaderAppend extends AdmissionTerms {
  /** 0 and 1: done when the leader has written; -1: done when all in-sync replicas have. */
  readonly requiredAcks: number;
  /** The batch's records, where they were opened before. */
  readonly opened?: OpenedRecords | undefined;
}

/** What became of an append. `done` never rejects: `NONE`, or why it is certain that nobody was promised anything. */
export type PartitionAppend =
  | { readonly kind: 'queued'; readonly info: LogAppendInfo; readonly done: Promise<number> }
  | AppendRejection;

/** What became of a deletion. `done` never rejects: `NONE` when no active replica has the records any more. */
export type PartitionDeletion =
  | { readonly kind: 'deleting'; readonly done: Promise<number> }
  | { readonly kind: 'refused'; readonly errorCode: number };
