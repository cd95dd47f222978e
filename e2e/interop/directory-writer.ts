import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TopicAnswers } from '../../packages/broker/test/log/kafka-directory.ts';
import { javaClassPath } from '../tools/workshop.mjs';
import { ScriptedClient } from './clients/scripted-client.ts';
import { askAbout } from './kafka-questions.ts';
import type { KafkaTools } from './kafka-tools.ts';
import { until } from './patience.ts';

/** A cluster of one whose files can be looked at. */
export interface WrittenCluster {
  readonly bootstrap: string;
  readonly logDirectory: string;
}

/** The Java clients, with the verbs that writing a directory takes. */
export function javaWriter(): ScriptedClient {
  return new ScriptedClient({
    name: 'Java clients',
    codecs: [],
    command: ['java', '-Xmx256m', '-XX:+UseSerialGC', '-cp', javaClassPath('clients'), 'ClientDriver'],
  });
}

/** Index files of a few entries: a segment is rolled after about ten batches. */
export const MANY_SEGMENTS = { 'segment.index.bytes': '80', 'index.interval.bytes': '0' };
/** Rolled by the times of the records: a cleaned segment would not fit into the small indexes. */
const COMPACTED = {
  'cleanup.policy': 'compact',
  'segment.ms': '5000',
  'min.cleanable.dirty.ratio': '0.01',
  'delete.retention.ms': '86400000',
};

/** The topics, of one partition each, and their configs. */
export const WRITTEN_TOPICS = {
  codecs: MANY_SEGMENTS,
  'append-time': { ...MANY_SEGMENTS, 'message.timestamp.type': 'LogAppendTime' },
  idempotent: MANY_SEGMENTS,
  transactions: MANY_SEGMENTS,
  compacted: COMPACTED,
  'deleted-below': MANY_SEGMENTS,
} as const satisfies Readonly<Record<string, Readonly<Record<string, string>>>>;

export type WrittenTopic = keyof typeof WRITTEN_TOPICS;

const PLAIN = { 'enable.idempotence': 'false' };
const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

/** Has Java's producers write data of every kind to a cluster, a little more at each run. */
export class DirectoryWriter {
  readonly #cluster: WrittenCluster;
  readonly #java: ScriptedClient;
  /** An hour ago: no record is too old to be kept, none too new to be taken. */
  readonly #startMs = Date.now() - 3_600_000;

  constructor(cluster: WrittenCluster, java: ScriptedClient) {
    this.#cluster = cluster;
    this.#java = java;
  }

  async createTopic(
    tools: KafkaTools,
    topic: string,
    configs: Readonly<Record<string, string>>,
  ): Promise<void> {
    await tools.topics([
      ...['--bootstrap-server', this.#cluster.bootstrap, '--create', '--topic', topic, '--partitions', '1'],
      ...Object.entries(configs).flatMap(([key, value]) => ['--config', `${key}=${value}`]),
    ]);
  }

  async createTopics(tools: KafkaTools, topics: readonly WrittenTopic[]): Promise<void> {
    for (const topic of topics) await this.createTopic(tools, topic, WRITTEN_TOPICS[topic]);
  }

  /** Writes to these topics; `run` tells what is written apart. Some of it is read by a group that commits. */
  async write(run: number, topics: readonly WrittenTopic[]): Promise<void> {
    const isAsked = (topic: WrittenTopic) => topics.includes(topic);
    for (const codec of CODECS) await this.to('codecs', run, { ...PLAIN, 'compression.type': codec });
    await this.to('append-time', run, PLAIN);
    await this.to('idempotent', run, { 'enable.idempotence': 'true' });
    await this.to('deleted-below', run, { 'enable.idempotence': 'true', 'compression.type': 'lz4' });
    if (isAsked('transactions')) await this.#transactions(run);
    if (isAsked('compacted')) await this.#compacted(run, isAsked('transactions'));
    await this.#java.consume(this.#cluster.bootstrap, 'codecs', `readers-${run}`, 10);
  }

  /** What Kafka says about every topic now. */
  async answers(): Promise<TopicAnswers[]> {
    const answers: TopicAnswers[] = [];
    for (const topic of Object.keys(WRITTEN_TOPICS)) {
      const asked = { topic, isCompacted: topic === 'compacted' };
      answers.push(await askAbout(this.#java, this.#cluster.bootstrap, asked));
    }
    return answers;
  }

  /** Twelve records, four to a batch, whose times rise from batch to batch and not within. */
  to(topic: string, run: number, settings: Readonly<Record<string, string>>): Promise<void> {
    const records = Array.from({ length: 12 }, (_, index) => ({
      key: index % 5 === 0 ? null : `key-${index}`,
      value: `run ${run} ${JSON.stringify(settings)} ${index}`,
      timestamp: this.#startMs + run * 60_000 + Math.floor(index / 4) * 1_000 + ((index * 7) % 4) * 100,
    }));
    return this.#java.write(this.#cluster.bootstrap, topic, { settings, batch: 4, records });
  }

  /** Three transactions that overlap, and one that is still open at the end. */
  async #transactions(run: number): Promise<void> {
    const begin = (name: string) => this.to('transactions', run, { 'transactional.id': `${name}-${run}` });
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
  async #compacted(run: number, withTransactions: boolean): Promise<void> {
    const compression = { 'compression.type': CODECS[run] ?? 'none' };
    await this.#toCompacted(run, { settings: { ...compression, 'enable.idempotence': 'true' }, second: 0 });
    const outcomes = withTransactions ? (['commit', 'abort'] as const) : [];
    for (const [index, outcome] of outcomes.entries()) {
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
    return this.#java.write(this.#cluster.bootstrap, 'compacted', { settings, batch: 4, records });
  }

  /** Resolves when the cleaner has come up to the active segment. */
  async #cleaned(): Promise<void> {
    const partition = join(this.#cluster.logDirectory, 'compacted-0');
    let seen = '';
    const isCleaned = async () => {
      const bases = (await readdir(partition)).filter((name) => name.endsWith('.log')).sort();
      const active = Number(bases.at(-1)?.slice(0, 20));
      const checkpoint = await readFile(
        join(this.#cluster.logDirectory, 'cleaner-offset-checkpoint'),
        'utf8',
      );
      seen = `${bases.join(' ')}\n${checkpoint}`;
      return checkpoint.includes(`compacted 0 ${active}\n`);
    };
    await until('the cleaner comes up to the active segment', isCleaned, { everyMs: 100, saw: () => seen });
  }
}
