import { readWholeFile } from '../runtime/whole-file.ts';
import { DamagedFileError } from './checkpoint-files.ts';
import { isUnreadable } from './damaged-log-error.ts';
import type { LogEnvironment } from './log-environment.ts';
import { decodeProducerSnapshot, writeProducerSnapshot } from './producer-snapshot-file.ts';
import { ProducerState } from './producer-state.ts';
import { DELETED_SUFFIX, segmentFile } from './segment-files.ts';

/** The `.snapshot` files of a partition, each the state of its producers at the offset that it is named by. */
export class ProducerSnapshots {
  readonly #environment: LogEnvironment;
  readonly #directory: string;
  readonly #offsets: Set<number>;

  constructor(environment: LogEnvironment, directory: string, offsets: Iterable<number>) {
    this.#environment = environment;
    this.#directory = directory;
    this.#offsets = new Set(offsets);
  }

  /**
   * Writes the state, unless there is a snapshot at its offset, or nothing that it could say. Nothing may be appended
   * meanwhile. Durable after {@link syncAt}.
   */
  async take(state: ProducerState): Promise<void> {
    const { endOffset } = state;
    if (endOffset === 0 || this.#offsets.has(endOffset)) return;
    await writeProducerSnapshot(this.#environment.disk, this.#path(endOffset), [...state.entries()]);
    this.#offsets.add(endOffset);
  }

  /** Makes the snapshot at `offset` durable, if there is one. */
  async syncAt(offset: number): Promise<void> {
    if (!this.#offsets.has(offset)) return;
    const file = await this.#environment.disk.open(this.#path(offset), 'write');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
  }

  /** The state of the newest readable snapshot at or below `limit`; empty at `logStartOffset` without one. */
  async newestUpTo(limit: number, logStartOffset: number): Promise<ProducerState> {
    const offsets = [...this.#offsets]
      .filter((offset) => offset <= limit)
      .sort((left, right) => right - left);
    for (const offset of offsets) {
      const state = await this.#read(offset);
      if (state !== null) return state;
      await this.remove((candidate) => candidate === offset);
    }
    return new ProducerState(logStartOffset);
  }

  async #read(offset: number): Promise<ProducerState | null> {
    const path = this.#path(offset);
    try {
      const bytes = await readWholeFile(this.#environment.disk, path);
      return bytes === null ? null : new ProducerState(offset, decodeProducerSnapshot(bytes, path));
    } catch (error) {
      // An older snapshot and more of the log give the same state.
      if (!(error instanceof DamagedFileError || isUnreadable(error))) throw error;
      this.#environment.logger.warn({ path, reason: error.message }, 'Ignoring a damaged producer snapshot');
      return null;
    }
  }

  /** Gives the snapshot at `offset`, if there is one, the name under which it waits for removal; returns that name. */
  async renameToDeleted(offset: number): Promise<string[]> {
    if (!this.#offsets.delete(offset)) return [];
    const deleted = `${this.#path(offset)}${DELETED_SUFFIX}`;
    await this.#environment.disk.rename(this.#path(offset), deleted);
    return [deleted];
  }

  /** Removes the snapshots at the offsets chosen. */
  async remove(isChosen: (offset: number) => boolean): Promise<void> {
    for (const offset of [...this.#offsets].filter(isChosen)) {
      this.#offsets.delete(offset);
      await this.#environment.disk.remove(this.#path(offset));
    }
  }

  #path(offset: number): string {
    return segmentFile(this.#directory, offset, '.snapshot');
  }
}
