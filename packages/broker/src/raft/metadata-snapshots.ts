import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import type { OffsetAndEpoch, StoredSnapshot } from './epoch-log.ts';
import { LostMetadataError } from './lost-metadata-error.ts';
import type { ReplicatedMetadataLog } from './metadata-log.ts';
import type { RaftEvent } from './raft-event.ts';
import type { RaftState } from './raft-state.ts';
import { snapshotBatches } from './snapshot-batches.ts';
import { DamagedSnapshotError, type SnapshotFiles } from './snapshot-files.ts';
import { isOldestExpired, type SnapshotRetention } from './snapshot-retention.ts';
import { NOT_IN_LOG, type VoterNode, type VoterSet } from './voter-set.ts';

export interface MetadataSnapshotsNeeds {
  readonly log: ReplicatedMetadataLog;
  readonly files: SnapshotFiles;
  readonly retention: SnapshotRetention;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly state: () => RaftState;
  readonly handle: (event: RaftEvent) => void;
}

/** What a snapshot is made of. */
export interface SnapshotSource {
  /** Behind the last record that it stands for, and that record's epoch. */
  readonly id: OffsetAndEpoch;
  /** Records that make the same state; each of the inner lists is encoded and written in a turn of its own. */
  readonly records: Iterable<readonly Uint8Array[]>;
}

/** How often it is looked whether parts of the log have grown too old. */
const RETENTION_INTERVAL_MS = 60_000;

/** Writes snapshots of what is committed, one at a time, and drops the log behind them. */
export class MetadataSnapshots {
  readonly #needs: MetadataSnapshotsNeeds;
  #underWay: Promise<void> | null = null;
  #isClosed = false;
  #retainedMs: number;
  #bytesSinceLast = 0;
  #lastTimestamp = 0;

  constructor(needs: MetadataSnapshotsNeeds) {
    this.#needs = needs;
    this.#retainedMs = needs.clock.monotonicMs();
  }

  /** Of the log behind the last snapshot that was begun. */
  get bytesSinceLast(): number {
    return this.#bytesSinceLast;
  }

  /** Records were committed, or are about to be. */
  noteRecords({
    sizeInBytes,
    timestamp,
  }: {
    readonly sizeInBytes: number;
    readonly timestamp: number;
  }): void {
    this.#bytesSinceLast += sizeInBytes;
    this.#lastTimestamp = Math.max(this.#lastTimestamp, timestamp);
  }

  /** Another node's snapshot has taken the place of the log. */
  reset(): void {
    this.#bytesSinceLast = 0;
  }

  /**
   * What is in the directory, after a start. A snapshot that is damaged goes if the log does without it; a log that
   * ends before its snapshot goes on behind it.
   */
  async load(): Promise<{
    readonly snapshots: readonly StoredSnapshot[];
    readonly voterSets: readonly VoterSet[];
  }> {
    const { log, files } = this.#needs;
    await files.removeParts();
    const { latest, voters } = await this.#latestWhole();
    if (log.startOffset > (latest?.offset ?? 0)) {
      throw new LostMetadataError(
        `the metadata log begins at ${log.startOffset}, and no snapshot reaches so far`,
      );
    }
    if (latest === null) return { snapshots: [], voterSets: [] };
    if (latest.offset > log.endOffset) await log.startBehind(latest);
    return {
      // Others have no use for the one that the directory was made with: it stands for no record.
      snapshots: (await files.list()).filter(({ offset }) => offset > 0),
      voterSets: voters === null ? [] : [{ offset: latest.offset - 1, voters }],
    };
  }

  async #latestWhole(): Promise<{ latest: StoredSnapshot | null; voters: readonly VoterNode[] | null }> {
    const { files, logger } = this.#needs;
    for (const snapshot of (await files.list()).toReversed()) {
      try {
        return { latest: snapshot, voters: await files.check(snapshot) };
      } catch (error) {
        if (!(error instanceof DamagedSnapshotError)) throw error;
        logger.error({ err: error }, 'a snapshot of the metadata is damaged and is removed');
        await files.remove(snapshot);
      }
    }
    return { latest: null, voters: null };
  }

  /** Begins with a snapshot unless one is under way. A disk that refuses it is reported, and nothing is lost. */
  take(source: SnapshotSource): void {
    if (this.#underWay !== null || this.#isClosed || !isNews(this.#needs.state(), source.id)) return;
    this.#bytesSinceLast = 0;
    this.#underWay = this.#write(source)
      .catch((error: unknown) => {
        const { logger } = this.#needs;
        if (!this.#isClosed)
          logger.error({ err: error, ...source.id }, 'no snapshot of the metadata was taken');
      })
      .finally(() => {
        this.#underWay = null;
      });
  }

  async #write({ id, records }: SnapshotSource): Promise<void> {
    const { files, clock, state, handle, logger } = this.#needs;
    const batches = snapshotBatches({
      ...{ id, records, voters: votersBelow(state(), id.offset) },
      lastContainedLogTimestamp: this.#lastTimestamp,
      timestamp: clock.wallMs(),
    });
    const snapshot = await files.write(id, this.#untilClosed(batches));
    if (this.#isClosed) return;
    if (!isNews(state(), id)) {
      await files.remove(id);
      return;
    }
    handle({ kind: 'snapshotTaken', snapshot });
    logger.info({ ...snapshot }, 'took a snapshot of the metadata');
    await this.#retain();
  }

  /** Drops what is too old by now, if that was not looked at for long. */
  retainNow(): void {
    const { clock, state, logger } = this.#needs;
    const isDue = clock.monotonicMs() - this.#retainedMs >= RETENTION_INTERVAL_MS;
    if (!isDue || this.#underWay !== null || this.#isClosed || state().log.snapshots.length < 2) return;
    this.#underWay = this.#retain()
      .catch((error: unknown) => logger.error({ err: error }, 'the metadata log was not trimmed'))
      .finally(() => {
        this.#underWay = null;
      });
  }

  /** The log goes first: a crash in between leaves a snapshot too many. */
  async #retain(): Promise<void> {
    const { log, files, clock, retention, state, handle } = this.#needs;
    this.#retainedMs = clock.monotonicMs();
    for (;;) {
      const { snapshots } = state().log;
      const [oldest, next] = snapshots;
      if (oldest === undefined || next === undefined || this.#isClosed) return;
      const kept = {
        snapshots,
        oldestTimestamp: await files.timestampOf(oldest),
        logBytes: log.sizeInBytes,
        nowMs: clock.wallMs(),
      };
      if (!isOldestExpired(kept, retention)) return;
      handle({ kind: 'logTrimmed', startOffset: next.offset });
      await log.trimTo(next.offset);
      await files.removeBelow(next.offset);
    }
  }

  /** Resolves when nothing is being written any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#underWay;
  }

  *#untilClosed(batches: Iterable<Uint8Array>): Generator<Uint8Array> {
    for (const batch of batches) {
      if (this.#isClosed) throw new Error('the metadata quorum was closed');
      yield batch;
    }
  }
}

/** Whether a snapshot would say more than those that are there, of what this node's log has. */
function isNews({ log, highWatermark, role }: RaftState, { offset }: OffsetAndEpoch): boolean {
  const latest = log.snapshots.at(-1)?.offset ?? 0;
  const isReplaced = role.name === 'follower' && role.snapshot !== null;
  return !isReplaced && offset > Math.max(latest, log.startOffset) && offset <= highWatermark;
}

/** As the log below the offset names them. */
function votersBelow({ voterSets }: RaftState, offset: number): readonly VoterNode[] | null {
  return voterSets.findLast((set) => set.offset !== NOT_IN_LOG && set.offset < offset)?.voters ?? null;
}
