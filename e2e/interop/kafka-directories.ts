import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TopicAnswers } from '../../packages/broker/test/log/kafka-directory.ts';
import { javaClassPath } from '../tools/workshop.mjs';
import { ApacheKafkaProcess } from './apache-kafka.ts';
import { ScriptedClient } from './clients/scripted-client.ts';
import { askAbout, deleteRecordsBelow } from './kafka-questions.ts';
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

/** Index files of a few entries: a segment is rolled after about ten batches. */
const MANY_SEGMENTS = { 'segment.index.bytes': '120', 'index.interval.bytes': '0' };
/** Rolled by the times of the records: a cleaned segment would not fit into the small indexes. */
const COMPACTED = {
  'cleanup.policy': 'compact',
  'segment.ms': '5000',
  'min.cleanable.dirty.ratio': '0.01',
  'delete.retention.ms': '86400000',
};

const TOPICS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  codecs: MANY_SEGMENTS,
  'append-time': { ...MANY_SEGMENTS, 'message.timestamp.type': 'LogAppendTime' },
  idempotent: MANY_SEGMENTS,
  transactions: MANY_SEGMENTS,
  compacted: COMPACTED,
  'deleted-below': MANY_SEGMENTS,
};

const PLAIN = { 'enable.idempotence': 'false' };
const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

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
  const java = new ScriptedClient({
    name: 'Java clients',
    codecs: [],
    command: ['java', '-Xmx256m', '-XX:+UseSerialGC', '-cp', javaClassPath('clients'), 'ClientDriver'],
  });
  const writer = new DirectoryWriter(kafka, java);
  try {
    await kafka.start();
    await writer.createTopics(tools);
    await writer.write(1);
    await kafka.end('SIGTERM');
    await kafka.start();
    await writer.write(2);
    await deleteRecordsBelow(kafka.bootstrap, 'deleted-below', 17);
    const clean = await writer.answers();
    await kafka.end('SIGTERM');
    await cp(kafka.logDirectory, join(copies, 'clean'), { recursive: true });
    await kafka.start();
    await java.endTransaction('left-open-2', 'abort');
    await writer.write(3);
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

class DirectoryWriter {
  readonly #kafka: ApacheKafkaProcess;
  readonly #java: ScriptedClient;
  /** An hour ago: no record is too old to be kept, none too new to be taken. */
  readonly #startMs = Date.now() - 3_600_000;

  constructor(kafka: ApacheKafkaProcess, java: ScriptedClient) {
    this.#kafka = kafka;
    this.#java = java;
  }

  async createTopics(tools: KafkaTools): Promise<void> {
    for (const [topic, configs] of Object.entries(TOPICS)) {
      await tools.topics([
        ...['--bootstrap-server', this.#kafka.bootstrap, '--create', '--topic', topic, '--partitions', '1'],
        ...Object.entries(configs).flatMap(([key, value]) => ['--config', `${key}=${value}`]),
      ]);
    }
  }

  async write(run: number): Promise<void> {
    for (const codec of CODECS) await this.#to('codecs', run, { ...PLAIN, 'compression.type': codec });
    await this.#to('append-time', run, PLAIN);
    await this.#to('idempotent', run, { 'enable.idempotence': 'true' });
    await this.#to('deleted-below', run, { 'enable.idempotence': 'true', 'compression.type': 'lz4' });
    await this.#transactions(run);
    await this.#compacted(run);
  }

  /** What Kafka says about every topic now. */
  async answers(): Promise<TopicAnswers[]> {
    const answers: TopicAnswers[] = [];
    for (const topic of Object.keys(TOPICS)) {
      const asked = { topic, isCompacted: topic === 'compacted' };
      answers.push(await askAbout(this.#java, this.#kafka.bootstrap, asked));
    }
    return answers;
  }

  /** Twelve records, four to a batch, whose times rise from batch to batch and not within. */
  #to(topic: string, run: number, settings: Readonly<Record<string, string>>): Promise<void> {
    const records = Array.from({ length: 12 }, (_, index) => ({
      key: index % 5 === 0 ? null : `key-${index}`,
      value: `run ${run} ${JSON.stringify(settings)} ${index}`,
      timestamp: this.#startMs + run * 60_000 + Math.floor(index / 4) * 1_000 + ((index * 7) % 4) * 100,
    }));
    return this.#java.write(this.#kafka.bootstrap, topic, { settings, batch: 4, records });
  }

  /** Three transactions that overlap, and one that is still open at the end. */
  async #transactions(run: number): Promise<void> {
    const begin = (name: string) => this.#to('transactions', run, { 'transactional.id': `${name}-${run}` });
    const end = (name: string, outcome: 'commit' | 'abort') =>
      this.#java.endTransaction(`${name}-${run}`, outcome);
    await begin('first');
    await begin('second');
    await end('first', 'commit');
    await begin('third');
    await end('second', 'abort');
    await end('third', 'commit');
    if (run > 1) await begin('left-open');
  }

  /** Keys written again and again, tombstones, a committed and an aborted transaction; then all but the end cleaned. */
  async #compacted(run: number): Promise<void> {
    const compression = { 'compression.type': CODECS[run] ?? 'none' };
    await this.#toCompacted(run, { settings: { ...compression, 'enable.idempotence': 'true' }, second: 0 });
    for (const [index, outcome] of (['commit', 'abort'] as const).entries()) {
      const id = `compacted-${outcome}-${run}`;
      await this.#toCompacted(run, { settings: { 'transactional.id': id }, second: 60 + index * 60 });
      await this.#java.endTransaction(id, outcome);
    }
    await this.#toCompacted(run, { settings: { ...PLAIN, ...compression }, second: 180 });
    await this.#cleaned();
  }

  /** Sixty records of nine keys, a second apart. */
  #toCompacted(run: number, { settings, second }: { settings: Record<string, string>; second: number }) {
    const records = Array.from({ length: 60 }, (_, index) => ({
      key: `key-${index % 9}`,
      value: index % 11 === 10 ? null : `run ${run} value ${second + index}`,
      timestamp: this.#startMs + run * 300_000 + (second + index) * 1_000,
    }));
    return this.#java.write(this.#kafka.bootstrap, 'compacted', { settings, batch: 4, records });
  }

  /** Resolves when the cleaner has come up to the active segment. */
  async #cleaned(): Promise<void> {
    const partition = join(this.#kafka.logDirectory, 'compacted-0');
    for (;;) {
      const bases = (await readdir(partition)).filter((name) => name.endsWith('.log')).sort();
      const active = Number(bases.at(-1)?.slice(0, 20));
      const checkpoint = await readFile(join(this.#kafka.logDirectory, 'cleaner-offset-checkpoint'), 'utf8');
      if (checkpoint.includes(`compacted 0 ${active}\n`)) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
