import type { Disk, File } from '../runtime/disk.ts';
import type { Logger } from '../runtime/logger.ts';

/** A log file of this size is put aside as `.1`, in place of the one before. */
const ROLL_AT_BYTES = 8 * 1024 * 1024;

/** What may wait in memory for a slow disk; beyond it lines are dropped. */
const PENDING_BYTES = 1024 * 1024;

/** The end of the log, for telling why a process died. */
const TAIL_CHARACTERS = 8192;

/** Where the log of one broker process goes: a file of bounded size, and its last lines in memory. */
export class BrokerLogFile {
  readonly path: string;
  readonly #disk: Disk;
  readonly #logger: Logger;
  #file: File | null = null;
  #position = 0;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #writing: Promise<void> | null = null;
  #failed = false;
  #tail = '';

  constructor(options: { disk: Disk; logger: Logger; path: string }) {
    this.#disk = options.disk;
    this.#logger = options.logger;
    this.path = options.path;
  }

  append(bytes: Uint8Array): void {
    this.#tail = (this.#tail + new TextDecoder().decode(bytes)).slice(-TAIL_CHARACTERS);
    if (this.#failed || this.#pendingBytes + bytes.length > PENDING_BYTES) return;
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    this.#writing ??= this.#drain();
  }

  /** The last lines, oldest first. */
  lastLines(): string[] {
    return this.#tail.split('\n').filter((line) => line.trim() !== '');
  }

  /** A new process writes from here on: what an earlier one said last does not explain its end. */
  forgetTail(): void {
    this.#tail = '';
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#file?.close();
    this.#file = null;
  }

  async #drain(): Promise<void> {
    try {
      while (this.#pending.length > 0) {
        const file = await this.#rolled();
        const buffers = this.#pending;
        const length = this.#pendingBytes;
        this.#pending = [];
        this.#pendingBytes = 0;
        await file.write(buffers, this.#position);
        this.#position += length;
      }
    } catch (error) {
      // A cluster runs on without its log file: a full disk must not take the supervisor down too.
      this.#failed = true;
      this.#pending = [];
      this.#logger.warn({ path: this.path, error }, 'the log of a broker cannot be written any more');
    } finally {
      this.#writing = null;
    }
  }

  async #rolled(): Promise<File> {
    if (this.#file === null) {
      this.#file = await this.#disk.open(this.path, 'create');
      this.#position = await this.#file.size();
    }
    if (this.#position < ROLL_AT_BYTES) return this.#file;
    await this.#file.close();
    await this.#disk.rename(this.path, `${this.path}.1`);
    this.#file = await this.#disk.open(this.path, 'create');
    this.#position = 0;
    return this.#file;
  }
}
