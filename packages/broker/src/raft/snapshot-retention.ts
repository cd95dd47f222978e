import type { StoredSnapshot } from './epoch-log.ts';

/** What of the metadata log is kept behind its snapshots: `metadata.max.retention.*`. Negative: no limit. */
export interface SnapshotRetention {
  readonly maxBytes: number;
  readonly maxAgeMs: number;
}

/** The oldest snapshot and the one after it, and what is known of all. */
export interface KeptSnapshots {
  /** Oldest first. */
  readonly snapshots: readonly StoredSnapshot[];
  /** Of the last record in the oldest one; null where it does not say. */
  readonly oldestTimestamp: number | null;
  /** Of the log's segments. */
  readonly logBytes: number;
  readonly nowMs: number;
}

/** Whether the oldest snapshot goes, and the log up to the one after it. The newest snapshot always stays. */
export function isOldestExpired(
  { snapshots, oldestTimestamp, logBytes, nowMs }: KeptSnapshots,
  { maxBytes, maxAgeMs }: SnapshotRetention,
): boolean {
  if (snapshots.length < 2) return false;
  const bytes = snapshots.reduce((sum, { sizeInBytes }) => sum + sizeInBytes, logBytes);
  const isTooMuch = maxBytes >= 0 && bytes > maxBytes;
  const isTooOld = maxAgeMs >= 0 && oldestTimestamp !== null && nowMs - oldestTimestamp > maxAgeMs;
  return isTooMuch || isTooOld;
}
