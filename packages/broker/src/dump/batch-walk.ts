import { continueCrc32c, crc32c } from '../protocol/crc32c.ts';
import {
  BATCH_CRC_START,
  BATCH_HEADER_BYTES,
  batchSizeAt,
  CURRENT_MAGIC,
  crcAt,
  magicAt,
} from '../protocol/record-batch.ts';
import { uninitializedBytes } from '../runtime/bytes.ts';
import type { File } from '../runtime/disk.ts';
import { type DamageEntry, damage } from './dump-entry.ts';

/** A batch on a walk through a file. Its bytes are good until the walk goes on. */
export interface WalkedBatch {
  readonly kind: 'batch';
  readonly position: number;
  readonly sizeInBytes: number;
  /** The whole batch, or its header alone where it is larger than a walk holds in memory. */
  readonly bytes: Uint8Array;
  readonly isWhole: boolean;
  /** Whether the checksum is right; true when the walk does not look. */
  readonly isValid: boolean;
}

const CHUNK_BYTES = 1024 * 1024;

/** Larger batches are checked in pieces and never held; no topic config allows one. */
const HELD_BYTES_MAX = 128 * 1024 * 1024;

export interface WalkOptions {
  /** How much of the file there is to walk through. */
  readonly sizeInBytes: number;
  readonly checksums: boolean;
}

/**
 * The batches of a file, one after another by their lengths. Holds one batch at most, and none that the file is too
 * short for, whatever a length claims. Ends with the damage where the bytes stop being batches.
 */
export async function* walkBatches(
  file: File,
  { sizeInBytes, checksums }: WalkOptions,
): AsyncGenerator<WalkedBatch | DamageEntry> {
  const window = new FileWindow(file, sizeInBytes);
  for (let position = 0; position < sizeInBytes; ) {
    const left = sizeInBytes - position;
    const header = await window.bytesAt(position, BATCH_HEADER_BYTES);
    if (header === null) {
      yield damage(position, `${left} bytes are left, fewer than the header of a batch has`);
      return;
    }
    const size = batchSizeAt(header);
    if (size < BATCH_HEADER_BYTES) {
      const length = size - BATCH_HEADER_BYTES;
      yield damage(position, `no batch begins here (it would lack ${-length} bytes of its own header)`);
      return;
    }
    if (size > left) {
      yield damage(position, `a batch of ${size} bytes is announced and ${left} are left`);
      return;
    }
    if (magicAt(header) !== CURRENT_MAGIC) {
      yield damage(position, `a batch of magic ${magicAt(header)}; only ${CURRENT_MAGIC} is known`);
    } else {
      const whole = await window.bytesAt(position, size);
      const isValid = !checksums || (await isCrcValid(window, position, whole ?? size));
      const bytes = whole ?? (await window.bytesAt(position, BATCH_HEADER_BYTES)) ?? header;
      yield { kind: 'batch', position, sizeInBytes: size, bytes, isWhole: whole !== null, isValid };
    }
    position += size;
  }
}

/** The checksum over a batch, given it or, where it is too large to be held, its size. */
async function isCrcValid(window: FileWindow, position: number, batch: Uint8Array | number) {
  if (typeof batch !== 'number') return crcAt(batch) === crc32c(batch.subarray(BATCH_CRC_START));
  const header = await window.bytesAt(position, BATCH_HEADER_BYTES);
  if (header === null) return false;
  const expected = crcAt(header);
  let crc = 0;
  for (let at = position + BATCH_CRC_START; at < position + batch; ) {
    const bytes = await window.bytesAt(at, Math.min(CHUNK_BYTES, position + batch - at));
    if (bytes === null) return false;
    crc = continueCrc32c(crc, bytes);
    at += bytes.length;
  }
  return crc === expected;
}

/** A piece of a file in memory that moves along with those who read it. */
class FileWindow {
  readonly #file: File;
  readonly #sizeInBytes: number;
  readonly #chunk: Uint8Array;
  #position = 0;
  #filled = 0;

  constructor(file: File, sizeInBytes: number) {
    this.#file = file;
    this.#sizeInBytes = sizeInBytes;
    this.#chunk = uninitializedBytes(Math.min(CHUNK_BYTES, sizeInBytes));
  }

  /** Bytes good until the next call, or null where they are not there or too many. */
  async bytesAt(position: number, count: number): Promise<Uint8Array | null> {
    if (count > this.#sizeInBytes - position || count > HELD_BYTES_MAX) return null;
    if (count > CHUNK_BYTES) {
      const bytes = uninitializedBytes(count);
      return (await this.#file.read(bytes, position)) === count ? bytes : null;
    }
    const isHeld = position >= this.#position && position + count <= this.#position + this.#filled;
    if (!isHeld) {
      this.#position = position;
      const wanted = Math.min(CHUNK_BYTES, this.#sizeInBytes - position);
      this.#filled = await this.#file.read(this.#chunk.subarray(0, wanted), position);
      if (this.#filled < count) return null;
    }
    const at = position - this.#position;
    return this.#chunk.subarray(at, at + count);
  }
}
