// Writes packages/broker/test/data/kafka-directories.json.gz: what Apache Kafka 4.3.1 leaves of a log directory, so that
// the broker's unit tests read it where there is no Java. Run by hand: node e2e/interop/capture-kafka-directories.ts
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { writeKafkaDirectories } from './kafka-directories.ts';
import { KafkaTools } from './kafka-tools.ts';

const target = resolve(import.meta.dirname, '../../packages/broker/test/data/kafka-directories.json.gz');

const tools = new KafkaTools();
const written = await writeKafkaDirectories(tools);
const captured = [written.clean, written.killed].map(({ path, topics }) => ({
  files: filesIn(path),
  topics,
}));
writeFileSync(target, gzipSync(JSON.stringify({ clean: captured[0], killed: captured[1] }), { level: 9 }));
await Promise.all([written.remove(), tools.close()]);

/** Every file that belongs to a log, by its path within the directory, as base64. */
function filesIn(directory: string): Record<string, string> {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const kept = paths.filter((path) => !path.includes('__cluster_metadata-0') && !path.endsWith('.lock'));
  return Object.fromEntries(
    kept.sort().map((path) => [relative(directory, path), readFileSync(path).toString('base64')]),
  );
}
