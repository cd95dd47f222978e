import { bytesJson } from '../bytes-text.ts';

/** A record as the commands show it. */
export interface ShownRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly timestampMs: bigint;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly (readonly [Buffer | null, Buffer | null])[];
}

/**
 * The record as a JSON object. Bytes that are valid UTF-8 stand as text; others as `{"base64": …}`, so that nothing is
 * lost; null stays null.
 */
export function recordJson(record: ShownRecord): Record<string, unknown> {
  return {
    topic: record.topic,
    partition: record.partition,
    offset: record.offset,
    timestamp: record.timestampMs,
    key: bytesJson(record.key),
    value: bytesJson(record.value),
    headers: record.headers.map(([name, value]) => ({ name: bytesJson(name), value: bytesJson(value) })),
  };
}

/** The value as a line of text; a tombstone is an empty line. */
export function recordText(record: ShownRecord, withKey: boolean): string {
  const value = record.value?.toString('utf8') ?? '';
  return withKey ? `${record.key?.toString('utf8') ?? ''}\t${value}` : value;
}
