import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { TopicAnswers } from './kafka-directory.ts';

interface Captured {
  readonly files: Readonly<Record<string, string>>;
  readonly topics: readonly TopicAnswers[];
}

/** How Kafka's process had ended: in order, or by `kill -9`. */
export type KafkaEnd = 'clean' | 'killed';

const file = join(import.meta.dirname, '../data/kafka-directories.json.gz');
const captured = JSON.parse(gunzipSync(readFileSync(file)).toString()) as Readonly<
  Record<KafkaEnd, Captured>
>;

/** A fresh copy of the log directory that Apache Kafka 4.3.1 left, and what Kafka had answered about its topics. */
export function unpackKafkaDirectory(end: KafkaEnd) {
  const path = mkdtempSync(join(tmpdir(), 'odradek-captured-'));
  for (const [name, base64] of Object.entries(captured[end].files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), Buffer.from(base64, 'base64'));
  }
  const remove = () => rmSync(path, { recursive: true, force: true });
  return { path, files: Object.keys(captured[end].files), topics: captured[end].topics, remove };
}
