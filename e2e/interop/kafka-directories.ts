import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TopicAnswers } from '../../packages/broker/test/log/kafka-directory.ts';
import { ApacheKafkaProcess } from './apache-kafka.ts';
import { DirectoryWriter, javaWriter, WRITTEN_TOPICS, type WrittenTopic } from './directory-writer.ts';
import { deleteRecordsBelow } from './kafka-questions.ts';
import type { KafkaTools } from './kafka-tools.ts';

/** A log directory as Apache Kafka left it, and what Kafka had answered about it. */
export interface WrittenDirectory {
  readonly path: string;
  readonly topics: readonly TopicAnswers[];
}

export interface KafkaDirectories {
  /** After a clean stop. */
  readonly clean: WrittenDirectory;
  /** After `kill -9`. */
  readonly killed: WrittenDirectory;
  remove(): Promise<void>;
}

const EVERY_TOPIC = Object.keys(WRITTEN_TOPICS) as WrittenTopic[];

/**
 * Has Apache Kafka write a log directory with Java's producers: every codec, idempotent and transactional producers
 * whose transactions are committed, aborted and open, a compacted topic that was cleaned, deleted records, and a
 * leader epoch for each of three starts. It is copied after a clean stop and after `kill -9`.
 */
export async function writeKafkaDirectories(tools: KafkaTools): Promise<KafkaDirectories> {
  const copies = await mkdtemp(join(tmpdir(), 'odradek-kafka-copies-'));
  const kafka = await ApacheKafkaProcess.format(tools, {
    'offsets.topic.num.partitions': '1',
    'transaction.state.log.num.partitions': '1',
    'log.cleaner.backoff.ms': '100',
    'log.cleaner.dedupe.buffer.size': '4194304',
    'log.index.size.max.bytes': '65536',
  });
  const java = javaWriter();
  const writer = new DirectoryWriter(kafka, java);
  try {
    await kafka.start();
    await writer.createTopics(tools, EVERY_TOPIC);
    await writer.write(1, EVERY_TOPIC);
    await kafka.end('SIGTERM');
    await kafka.start();
    await writer.write(2, EVERY_TOPIC);
    await deleteRecordsBelow(kafka.bootstrap, 'deleted-below', 17);
    const clean = await writer.answers();
    await kafka.end('SIGTERM');
    await cp(kafka.logDirectory, join(copies, 'clean'), { recursive: true });
    await kafka.start();
    await java.endTransaction('left-open-2', 'abort');
    await writer.write(3, EVERY_TOPIC);
    const killed = await writer.answers();
    await kafka.end('SIGKILL');
    await cp(kafka.logDirectory, join(copies, 'killed'), { recursive: true });
    return {
      clean: { path: join(copies, 'clean'), topics: clean },
      killed: { path: join(copies, 'killed'), topics: killed },
      remove: () => rm(copies, { recursive: true, force: true }),
    };
  } finally {
    await Promise.all([kafka.close(), java.close()]);
  }
}
