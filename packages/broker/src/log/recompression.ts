import { compress } from '../protocol/compression.ts';
import {
  BATCH_HEADER_BYTES,
  type CompressionType,
  readBatchHeader,
  writeBatchHeader,
} from '../protocol/record-batch.ts';
import type { LogConfig } from './log-config.ts';

/** The codec in which a topic keeps a batch that came in `source`. */
export function compressionOf(config: LogConfig, source: CompressionType): CompressionType {
  if (config.compressionType === 'producer') return source;
  return config.compressionType === 'uncompressed' ? 'none' : config.compressionType;
}

/** The batch in another codec; `body` is its records' bytes, opened. The records themselves stay as they are. */
export function recompress(batch: Uint8Array, body: Uint8Array, target: CompressionType): Uint8Array {
  const content = compress(target, body);
  const bytes = new Uint8Array(BATCH_HEADER_BYTES + content.length);
  bytes.set(content, BATCH_HEADER_BYTES);
  writeBatchHeader(bytes, { ...readBatchHeader(batch), compression: target });
  return bytes;
}
