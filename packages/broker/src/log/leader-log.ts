import { ErrorCode } from '../protocol/errors.ts';
import { assignOffsets, lastOffsetDeltaAt } from '../protocol/record-batch.ts';
import { type AppendOutcome, rejected, repeated } from './append-outcome.ts';
import type { AssignedAppends } from './assigned-appends.ts';
import type { LogConfig } from './log-config.ts';
import type { LogEnvironment } from './log-environment.ts';
import type { LogWriter, PendingAppend } from './log-writer.ts';
import type { LeaderAppend } from './partition-log-options.ts';
import { validateBatch } from './record-validator.ts';

/** The log as its leader sees it. */
interface LedLog {
  readonly config: LogConfig;
  readonly logStartOffset: number;
}

export interface LeaderLogOptions {
  readonly environment: LogEnvironment;
  readonly writer: LogWriter;
  readonly assigned: AssignedAppends;
  /** Queues a batch that has its offsets. */
  readonly queue: (append: Omit<PendingAppend, 'completion'>) => Promise<number>;
}

/** What a leader does with its log: takes in what clients and coordinators append. */
export class LeaderLog {
  readonly #log: LedLog;
  readonly #options: LeaderLogOptions;

  constructor(log: LedLog, options: LeaderLogOptions) {
    this.#log = log;
    this.#options = options;
  }

  /**
   * Checks one batch, gives it its offsets in place and queues it. The buffer is given away: it must not change any
   * more, and is itself kept and written.
   */
  append(bytes: Uint8Array, append: LeaderAppend): AppendOutcome {
    const { environment, writer, assigned, queue } = this.#options;
    const { origin, leaderEpoch, opened } = append;
    if (!writer.isOpen) return rejected(ErrorCode.KAFKA_STORAGE_ERROR, 'The log is offline');
    const { clock, space } = environment;
    if (space.refuses(origin, bytes.length)) {
      return rejected(ErrorCode.KAFKA_STORAGE_ERROR, 'The disk has too little space left');
    }
    const { config, logStartOffset } = this.#log;
    const valid = validateBatch(bytes, { origin, config, nowMs: clock.wallMs(), opened });
    if (valid.kind === 'rejected') return valid;
    const admission = assigned.admit(valid.bytes, append);
    if (admission.kind === 'refused') return rejected(admission.errorCode, admission.message);
    if (admission.kind === 'repeats') {
      const { batch, completion } = admission;
      const counted = writer.whenCounted(batch.lastOffset, completion);
      return repeated({ batch, completion: counted }, logStartOffset);
    }
    const firstOffset = assigned.endOffset;
    assignOffsets(valid.bytes, firstOffset, leaderEpoch);
    const lastOffset = firstOffset + lastOffsetDeltaAt(valid.bytes);
    const { maxTimestamp, logAppendTimeMs } = valid;
    const completion = queue({ bytes: valid.bytes, firstOffset, lastOffset, maxTimestamp });
    const info = { firstOffset, lastOffset, maxTimestamp, logAppendTimeMs, sizeInBytes: valid.bytes.length };
    return { kind: 'appended', info: { ...info, logStartOffset }, completion };
  }
}
