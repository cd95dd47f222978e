import { compress, decompress } from '../protocol/compression.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import {
  BATCH_HEADER_BYTES,
  batchSizeAt,
  type CompressionType,
  CURRENT_MAGIC,
  compressionAt,
  magicAt,
  readBatchHeader,
  writeBatchHeader,
} from '../protocol/record-batch.ts';
import type { ComputeJob } from '../runtime/compute.ts';
import type { LogConfig } from './log-config.ts';

/** What a batch may grow to when it is opened; more is a bomb, not a batch. */
const DECOMPRESSED_BYTES_MAX = 128 * 1024 * 1024;

/** Compressed records of less are opened at once: the way to another thread and back would take longer. */
const LARGE_BYTES = 16 * 1024;

/** A batch's records to be opened, and the codec in which the topic keeps them. */
export interface Opening {
  readonly source: CompressionType;
  readonly target: CompressionType;
  readonly level: number | undefined;
  /** The records as they came. */
  readonly content: Uint8Array;
}

/** A batch's records, opened, with what became of them in the target's codec; or why they cannot be opened. */
export type OpenedRecords =
  | {
      readonly kind: 'opened';
      readonly target: CompressionType;
      readonly body: Uint8Array;
      /** The records in the target's codec; null where it is that of the source. */
      readonly recoded: Uint8Array | null;
    }
  | { readonly kind: 'malformed'; readonly reason: string };

/** Opens records and compresses them anew where the codec changes. */
export function openRecords({ source, target, level, content }: Opening): OpenedRecords {
  try {
    const body = decompress(source, content, DECOMPRESSED_BYTES_MAX);
    return {
      kind: 'opened',
      target,
      body,
      recoded: source === target ? null : compress(target, body, level),
    };
  } catch (error) {
    // The codecs tell by this error that the content is not what the header says, or a bomb.
    if (error instanceof ProtocolError) return { kind: 'malformed', reason: error.message };
    throw error;
  }
}

/** `openRecords` off the loop. */
export const openRecordsJob: ComputeJob<Opening, OpenedRecords> = {
  name: 'open-records',
  run: openRecords,
  sizeInBytes: ({ source, content }) => (source === 'none' ? content.length : 4 * content.length),
  ownArrays: (opened) =>
    // The same array twice where nothing compresses any more.
    opened.kind === 'opened' ? [...new Set([opened.body, opened.recoded ?? opened.body])] : [],
};

/** The codec in which a topic keeps a batch that came in `source`. */
export function compressionOf(config: LogConfig, source: CompressionType): CompressionType {
  if (config.compressionType === 'producer') return source;
  return config.compressionType === 'uncompressed' ? 'none' : config.compressionType;
}

/** How to open a batch for a topic; null for a codec that does not exist. */
export function openingOf(batch: Uint8Array, config: LogConfig): Opening | null {
  const source = compressionAt(batch);
  if (source === null) return null;
  const target = compressionOf(config, source);
  const content = batch.subarray(BATCH_HEADER_BYTES, batchSizeAt(batch));
  return { source, target, level: levelOf(config, target), content };
}

/**
 * How to open a batch that is better opened off the loop before it is appended: large, and of a topic that looks into
 * it or changes its codec. The content is a copy. Null for all others, malformed ones among them.
 */
export function largeOpeningOf(
  batch: Uint8Array,
  config: LogConfig,
): (Opening & { readonly content: Uint8Array<ArrayBuffer> }) | null {
  if (batch.length < BATCH_HEADER_BYTES + LARGE_BYTES || magicAt(batch) !== CURRENT_MAGIC) return null;
  const opening = openingOf(batch, config);
  if (opening === null || !(looksInto(config, opening.source) || opening.target !== opening.source))
    return null;
  // `slice` of a Buffer would share its memory.
  return { ...opening, content: new Uint8Array(opening.content) };
}

/** Whether a topic looks into each batch of a codec, whatever its header says. */
export function looksInto(config: LogConfig, source: CompressionType): boolean {
  return source !== 'none' && (config.validateRecords || config.cleanupPolicy.includes('compact'));
}

/** The batch with its records in another codec; the records themselves stay as they are. */
export function recoded(batch: Uint8Array, target: CompressionType, content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(BATCH_HEADER_BYTES + content.length);
  bytes.set(content, BATCH_HEADER_BYTES);
  writeBatchHeader(bytes, { ...readBatchHeader(batch), compression: target });
  return bytes;
}

function levelOf(config: LogConfig, target: CompressionType): number | undefined {
  return target === 'gzip' || target === 'zstd' ? config.compressionLevels[target] : undefined;
}
