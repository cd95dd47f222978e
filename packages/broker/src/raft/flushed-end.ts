import { crc32c } from '../protocol/crc32c.ts';
import type { Disk, File } from '../runtime/disk.ts';

/** Each slot: its number (u32), the offset (u64), and the CRC-32C of both. They never share a sector. */
const SLOT_BYTES = 16;
const SLOT_POSITIONS = [0, 4096];
const CONTENT_BYTES = 12;

interface Slot {
  readonly number: number;
  readonly offset: number;
}

/**
 * Where the metadata log was known to be on disk, in a file beside it: a log that a start finds shorter, or damaged below,
 * has lost what this node may have promised others. It is written behind the flush that it tells of, and no flush waits
 * for it: so it may tell of an earlier one, and never of one that was not.
 */
export class FlushedEnd {
  readonly #file: File;
  #last: Slot;
  #wanted: number;
  #underWay: Promise<void> | null = null;

  private constructor(file: File, last: Slot) {
    this.#file = file;
    this.#last = last;
    this.#wanted = last.offset;
  }

  static async open(disk: Disk, path: string): Promise<FlushedEnd> {
    const file = await disk.open(path, 'create');
    const found = await Promise.all(SLOT_POSITIONS.map((position) => readSlot(file, position)));
    const newest = found.reduce((left, right) => (right.number > left.number ? right : left));
    return new FlushedEnd(file, newest);
  }

  /** 0 where the file does not say. */
  get offset(): number {
    return this.#last.offset;
  }

  /** The log is on disk up to there. */
  raise(offset: number): void {
    if (offset <= this.#wanted) return;
    this.#wanted = offset;
    // A disk that refuses is found out by the log itself; an older word is as true as it was.
    this.#underWay ??= this.#writeAll().catch(() => {});
  }

  /** The log is about to be cut there. Durable when it resolves. */
  async lower(offset: number): Promise<void> {
    await this.#underWay;
    if (offset >= this.#last.offset) return;
    this.#wanted = offset;
    await this.#write(offset);
  }

  async close(): Promise<void> {
    await this.#underWay;
    await this.#file.close();
  }

  async #writeAll(): Promise<void> {
    try {
      while (this.#last.offset < this.#wanted) await this.#write(this.#wanted);
    } finally {
      this.#underWay = null;
    }
  }

  async #write(offset: number): Promise<void> {
    const number = this.#last.number + 1;
    const bytes = Buffer.alloc(SLOT_BYTES);
    bytes.writeUInt32BE(number, 0);
    bytes.writeBigUInt64BE(BigInt(offset), 4);
    bytes.writeUInt32BE(crc32c(bytes.subarray(0, CONTENT_BYTES)), CONTENT_BYTES);
    await this.#file.write([bytes], SLOT_POSITIONS[number % SLOT_POSITIONS.length] ?? 0);
    await this.#file.sync();
    this.#last = { number, offset };
  }
}

async function readSlot(file: File, position: number): Promise<Slot> {
  const bytes = Buffer.alloc(SLOT_BYTES);
  const count = await file.read(bytes, position);
  const isWhole =
    count === SLOT_BYTES && crc32c(bytes.subarray(0, CONTENT_BYTES)) === bytes.readUInt32BE(CONTENT_BYTES);
  return isWhole
    ? { number: bytes.readUInt32BE(0), offset: Number(bytes.readBigUInt64BE(4)) }
    : { number: 0, offset: 0 };
}
