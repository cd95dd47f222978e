import { recordBatchOf } from '../../src/coordination/coordinator-batch.ts';
import type { CoordinatorRecord } from '../../src/coordination/coordinator-machine.ts';
import { ErrorCode, errorOf } from '../../src/protocol/errors.ts';
import { ManualClock, settle } from './manual-clock.ts';
import { type LedMemoryLog, MemoryLog } from './memory-log.ts';
import type { Command } from './story-command.ts';

/** What every story of a coordinator stands on: a clock, a log that outlives it, and what was seen since the last look. */
export class StoryStage {
  readonly clock = new ManualClock();
  readonly #stored = new MemoryLog();
  readonly #lines: string[] = [];
  readonly #answers: string[] = [];
  #log: LedMemoryLog | null = null;
  #epoch = 0;
  #recordsSeen = 0;

  /** The log in the next epoch, or in this one. */
  lead(leaderEpoch?: number): LedMemoryLog {
    if (leaderEpoch !== undefined) return this.#stored.lead(leaderEpoch);
    this.#epoch += 1;
    this.#log = this.#stored.lead(this.#epoch);
    return this.#log;
  }

  /** A record that an earlier coordinator has written. */
  store(record: CoordinatorRecord): void {
    const timestamp = ManualClock.wallStartMs;
    this.#stored.batches.push(recordBatchOf([record], { compression: 'none', timestamp }));
    this.#recordsSeen += 1;
  }

  /** What becomes of appends: held, committed, refused, refused by a full disk, accepted again; any other word loses what is held. */
  treatAppends(word: string, lostFor: number): void {
    const log = this.#log;
    if (log === null) throw new Error('no coordinator');
    if (word === 'hold') log.holdsCommits = true;
    else if (word === 'commit') log.commitAll();
    else if (word === 'refuse') log.rejection = ErrorCode.NOT_ENOUGH_REPLICAS;
    else if (word === 'full') log.rejection = ErrorCode.KAFKA_STORAGE_ERROR;
    else if (word === 'accept') log.rejection = ErrorCode.NONE;
    else log.fail(lostFor);
  }

  /** Tells of an answer when it comes, by the command's label. */
  answer<Response>(
    { label, verb }: Command,
    answering: Promise<Response>,
    text: (response: Response) => string,
  ): void {
    void answering.then((response) => this.answered(`${label || verb}: ${text(response)}`));
  }

  answered(line: string): void {
    this.#answers.push(line);
  }

  /** Lets everything happen that needs no time, which may take any number of steps. */
  async settle(): Promise<void> {
    for (let step = 0; step < 5; step += 1) {
      await this.clock.advance(0);
      await settle();
    }
  }

  /** What was written since the last call, what else is to be told, and then what was answered. */
  tell(textOf: (record: CoordinatorRecord) => string, others: readonly string[] = []): void {
    for (const record of this.#stored.records().slice(this.#recordsSeen)) {
      this.#recordsSeen += 1;
      this.#lines.push(`log: ${textOf(record)}`);
    }
    this.#lines.push(...others, ...this.#answers.splice(0));
  }

  takeLines(): string[] {
    return this.#lines.splice(0);
  }
}

export function errorName(errorCode: number | undefined): string {
  return errorOf(errorCode ?? ErrorCode.NONE).name;
}
