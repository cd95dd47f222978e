import { ProtocolError } from '../protocol/protocol-error.ts';
import {
  BATCH_HEADER_BYTES,
  BATCH_LENGTH_PREFIX_BYTES,
  baseOffsetAt,
  batchSizeAt,
  CURRENT_MAGIC,
  isCrcValidAt,
  lastOffsetAt,
  magicAt,
} from '../protocol/record-batch.ts';
import { uninitializedBytes } from '../runtime/bytes.ts';
import type { DiskError, File } from '../runtime/disk.ts';
import { wholeBatches } from './batch-scan.ts';
import { isUnreadable, type LogFlaw } from './damaged-log-error.ts';

/** A piece of a `.log` file that begins with a batch. */
export interface ScannedRange {
  readonly from: number;
  readonly to: number;
  /** No batch of the piece begins below this offset. */
  readonly fromOffset: number;
}

/** How far the batches are as they were written; `flaw` says why it is not the whole piece. */
export interface ScanEnd {
  readonly position: number;
  /** The offset behind the last of them. */
  readonly nextOffset: number;
  readonly flaw: LogFlaw | null;
  /** Whether offsets are missing between batches, as after a cleaning. */
  readonly hasGaps: boolean;
}

/** Called for each batch, in order; the bytes are overwritten later. */
export type BatchVisitor = (bytes: Uint8Array, at: number, position: number) => void;

const CHUNK_BYTES = 1024 * 1024;

/** The least that is tried to be read when more cannot be. */
const SECTOR_BYTES = 4096;

/**
 * Reads batches and checks them: length, magic, checksum, offsets that ascend. Ends at the first that is not valid
 * or cannot be read. The next piece is read while the one before is being checked.
 */
export async function scanChecked(file: File, range: ScannedRange, visit: BatchVisitor): Promise<ScanEnd> {
  const chunks = new Chunks(file, range.to);
  let position = range.from;
  let nextOffset = range.fromOffset;
  let hasGaps = false;
  const flawed = (reason: string, cause?: DiskError): ScanEnd => ({
    position,
    nextOffset,
    flaw: { position, offset: nextOffset, reason, cause },
    hasGaps,
  });
  let reading = chunks.read(position);
  try {
    while (position < range.to) {
      const chunk = await reading;
      if (chunk.kind === 'refused') throw chunk.error;
      if (chunk.kind === 'unreadable') return flawed('it cannot be read', chunk.error);
      const { bytes } = chunk;
      const whole = wholeBatches(bytes);
      if (whole === 0) return flawed('it is not a whole record batch');
      reading = chunks.read(position + whole);
      const start = position;
      for (let at = 0; at < whole; at += batchSizeAt(bytes, at)) {
        position = start + at;
        const reason = flawOf(bytes, at, nextOffset) ?? visitOrReason(visit, bytes, at, position);
        if (reason !== null) return flawed(reason);
        hasGaps ||= baseOffsetAt(bytes, at) > nextOffset;
        nextOffset = lastOffsetAt(bytes, at) + 1;
      }
      position = start + whole;
    }
    return { position, nextOffset, flaw: null, hasGaps };
  } finally {
    // The file is the caller's again.
    await reading;
  }
}

/** Why the batch is not as it was written, or null; none below `leastOffset` may come. */
export function flawOf(bytes: Uint8Array, at: number, leastOffset: number): string | null {
  if (magicAt(bytes, at) !== CURRENT_MAGIC) return `its magic is ${magicAt(bytes, at)}`;
  if (!isCrcValidAt(bytes, at)) return 'its checksum is wrong';
  const baseOffset = baseOffsetAt(bytes, at);
  if (baseOffset < leastOffset || lastOffsetAt(bytes, at) < baseOffset)
    return `its base offset ${baseOffset} does not follow`;
  return null;
}

/** A checksum may hold over a control record that is none. */
function visitOrReason(visit: BatchVisitor, bytes: Uint8Array, at: number, position: number): string | null {
  try {
    visit(bytes, at, position);
    return null;
  } catch (error) {
    if (error instanceof ProtocolError) return error.message;
    throw error;
  }
}

type Chunk =
  | { readonly kind: 'read'; readonly bytes: Uint8Array }
  /** The disk cannot give what the next batch lies in. */
  | { readonly kind: 'unreadable'; readonly error: DiskError }
  | { readonly kind: 'refused'; readonly error: unknown };

/** Pieces of a file in two buffers in turn. */
class Chunks {
  readonly #file: File;
  readonly #end: number;
  /** Not read into last. */
  #free: Uint8Array | null = null;
  #last: Uint8Array | null = null;

  constructor(file: File, end: number) {
    this.#file = file;
    this.#end = end;
  }

  /** What lies from `position` on, one whole batch at least where there is one. Does not reject. */
  async read(position: number): Promise<Chunk> {
    const length = Math.max(0, Math.min(CHUNK_BYTES, this.#end - position));
    const buffer = this.#free ?? uninitializedBytes(length);
    this.#free = this.#last;
    this.#last = buffer;
    try {
      const chunk = await this.#readInto(buffer, position);
      if (chunk.kind !== 'read' || chunk.bytes.length < BATCH_LENGTH_PREFIX_BYTES) return chunk;
      const size = batchSizeAt(chunk.bytes);
      if (size <= chunk.bytes.length || size < BATCH_HEADER_BYTES || size > this.#end - position)
        return chunk;
      return await this.#readAll(uninitializedBytes(size), position);
    } catch (error) {
      // The scan looks at it in its turn, when it has checked what lies before.
      return { kind: 'refused', error };
    }
  }

  /** Less when not all can be read, so that what lies before the bad place is not given up with it. */
  async #readInto(buffer: Uint8Array, position: number): Promise<Chunk> {
    let wanted = Math.max(0, Math.min(buffer.length, this.#end - position));
    for (;;) {
      const chunk = await this.#readAll(buffer.subarray(0, wanted), position);
      if (chunk.kind === 'read' || wanted <= SECTOR_BYTES) return chunk;
      wanted = Math.max(SECTOR_BYTES, wanted >> 1);
    }
  }

  async #readAll(buffer: Uint8Array, position: number): Promise<Chunk> {
    if (buffer.length === 0) return { kind: 'read', bytes: buffer };
    try {
      return { kind: 'read', bytes: buffer.subarray(0, await this.#file.read(buffer, position)) };
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      return { kind: 'unreadable', error };
    }
  }
}
