import { writeFileSync } from 'node:fs';
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { segmentFile } from '../../packages/broker/src/log/segment-files.ts';
import { buildTransactionMarker } from '../../packages/broker/src/protocol/control-records.ts';
import { batchOf, LogBed } from '../../packages/broker/test/log/log-bed.ts';
import { BrokerProcess } from './broker-process.ts';
import { TransactionalProducer } from './differential/transactional-producer.ts';
import { WireClient } from './differential/wire-client.ts';
import {
  DirectoryWriter,
  javaWriter,
  MANY_SEGMENTS,
  WRITTEN_TOPICS,
  type WrittenTopic,
} from './directory-writer.ts';
import { bothDumps, complaintsAbout, dumpableFiles, dumpLogSegments } from './dump-log-segments.ts';
import { noteFinding } from './interop-findings.ts';
import { deleteRecordsBelow } from './kafka-questions.ts';
import { KafkaTools } from './kafka-tools.ts';
import { until } from './patience.ts';

const topics = Object.keys(WRITTEN_TOPICS) as WrittenTopic[];
/** How the broker had ended when the directory was copied. */
const ends = ['stopped', 'stopped after kill -9'] as const;

const DUMPED = {
  judge: 'DumpLogSegments 4.3.1',
  found: 'no complaint in any of its ways; `odradek dump-log` prints the same',
};
const KINDS =
  'codecs, idempotent and transactional producers, clocks, retention, DeleteRecords, a cleaned topic, commits, metadata';

const tools = new KafkaTools();
const copies = new Map<string, string>();
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'odradek-files-'));
  const broker = await BrokerProcess.prepare({
    'log.initial.task.delay.ms': '0',
    'transaction.state.log.num.partitions': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'log.retention.check.interval.ms': '100',
    'log.cleaner.backoff.ms': '100',
  });
  const java = javaWriter();
  const writer = new DirectoryWriter(broker, java);
  const copy = async (end: string) => {
    copies.set(end, join(folder, end));
    await cp(broker.logDirectory, join(folder, end), { recursive: true });
  };
  try {
    await broker.start();
    await writer.createTopics(tools, topics);
    await writer.createTopic(tools, 'retained', { ...MANY_SEGMENTS, 'retention.bytes': '1000' });
    await writer.write(1, topics);
    await offsetsInTransactions(broker.bootstrap);
    for (let run = 1; run <= 6; run++) await writer.to('retained', run, {});
    await deleteRecordsBelow(broker.bootstrap, 'deleted-below', 7);
    await segmentsDeleted(join(broker.logDirectory, 'retained-0'));
    await broker.end('SIGTERM');
    await copy('stopped');
    await broker.start();
    await writer.write(2, topics);
    await broker.end('SIGKILL');
    await broker.start();
    await writer.write(3, topics);
    await broker.end('SIGTERM');
    await copy('stopped after kill -9');
  } finally {
    await Promise.all([broker.close(), java.close()]);
  }
});

afterAll(async () => {
  await Promise.all([tools.close(), rm(folder, { recursive: true, force: true })]);
});

describe.each(ends)('DumpLogSegments of Kafka 4.3.1 over every file of a broker that was %s', (end) => {
  const logDirectory = () => copies.get(end) ?? '';

  test('has nothing to complain about, and odradek dump-log prints the same', async () => {
    const hasGaps = (partition: string) => partition === 'compacted-0';
    expect(await complaintsAbout(tools, logDirectory(), { hasGaps })).toEqual([]);
    const { kafkas, ours } = await bothDumps(tools, logDirectory());
    expect(ours).toEqual(kafkas);
    await noteFinding({ ...DUMPED, asked: `every file of this broker when it was ${end}: ${KINDS}` });
  });

  test('finds what was written: codecs, segments, clocks, producers, commits, metadata', async () => {
    const runs = end === 'stopped' ? 1 : 3;
    const codecs = await dumped('codecs-0', ['--deep-iteration']);
    for (const codec of ['none', 'gzip', 'snappy', 'lz4', 'zstd'])
      expect(codecs).toContain(`compresscodec: ${codec}`);
    expect(codecs.match(/^\| offset: /gm)).toHaveLength(runs * 60);
    expect(codecs.match(/^Log starting offset: /gm)?.length).toBeGreaterThan(runs);
    expect(await dumped('append-time-0', [])).toMatch(/LogAppendTime: \d+/);
    expect(await dumped('idempotent-0', [])).toMatch(/producerId: \d+ .* lastSequence: 11 /);
    const commits = await dumped('__consumer_offsets-0', ['--offsets-decoder']);
    for (let run = 1; run <= runs; run++)
      expect(commits).toContain(`"group":"readers-${run}","topic":"codecs"`);
    const metadata = await dumped('__cluster_metadata-0', ['--cluster-metadata-decoder']);
    expect(metadata).toContain('"type":"TOPIC_RECORD"');
    expect(metadata).toContain('"name":"retained"');
  });

  test('finds transactions, what became of them, and the offsets in them', async () => {
    const runs = end === 'stopped' ? 1 : 3;
    const records = await dumped('transactions-0', ['--deep-iteration']);
    expect(records.match(/isTransactional: true/g)?.length).toBeGreaterThan(runs * 9);
    expect(records.match(/endTxnMarker: COMMIT/g)).toHaveLength(runs * 2);
    expect(records.match(/endTxnMarker: ABORT/g)?.length).toBeGreaterThanOrEqual(runs);
    const states = await dumped('__transaction_state-0', ['--transaction-log-decoder']);
    for (const outcome of ['first', 'second', 'third', 'compacted-commit', 'compacted-abort'])
      expect(states).toContain(`"transactionalId":"${outcome}-${runs}"`);
    // 0 Empty, 1 Ongoing, 4 CompleteCommit, 5 CompleteAbort
    for (const status of [0, 1, 4, 5]) expect(states).toContain(`"transactionStatus":${status},`);
    const commits = await dumped('__consumer_offsets-0', ['--offsets-decoder']);
    expect(commits.match(/isTransactional: true isControl: false/g)?.length).toBeGreaterThanOrEqual(2);
    expect(commits.match(/endTxnMarker: (COMMIT|ABORT)/g)?.toSorted()).toEqual([
      'endTxnMarker: ABORT',
      'endTxnMarker: COMMIT',
    ]);
  });

  test('finds the oldest segments gone where they were to go', async () => {
    expect(await dumped('retained-0', [])).not.toMatch(/^Log starting offset: 0$/m);
    const checkpoint = await readFile(join(logDirectory(), 'log-start-offset-checkpoint'), 'utf8');
    expect(checkpoint).toContain('deleted-below 0 7\n');
    const [first = ''] = (await dumped('compacted-0', ['--deep-iteration'])).split(
      /^Log starting offset: [^0]/m,
    );
    expect(first.match(/^\| offset: /gm)?.length).toBeLessThan(20);
  });

  function dumped(partition: string, flags: readonly string[]): Promise<string> {
    const found = dumpableFiles(logDirectory()).find((candidate) => candidate.partition === partition);
    return dumpLogSegments(tools, found?.files ?? [], flags);
  }
});

describe('DumpLogSegments of Kafka 4.3.1 over a log with transactions', () => {
  test('has nothing to complain about, also when indexes and producers were built anew', async () => {
    const bed = new LogBed();
    const logDirectory = await mkdtemp(join(tmpdir(), 'odradek-transactions-'));
    const config = { segmentIndexBytes: 80, indexIntervalBytes: 0 };
    // A log lets nobody begin a transaction whom no coordinator has verified: those that began are found in its files.
    writeFileSync(segmentFile(bed.directory, 0, '.log'), Buffer.concat(begun()));
    const written = await bed.open({ config });
    for (const [index, { batch, origin }] of continued().entries()) {
      const appended = written.appendAsLeader(batch, { origin, leaderEpoch: 1 + (index >> 3) });
      if (appended.kind !== 'appended') throw new Error(JSON.stringify(appended));
      expect(await appended.completion).toBe(0);
    }
    await written.close();
    await cp(bed.directory, join(logDirectory, 'written-0'), { recursive: true });
    for (const name of bed.files().filter((file) => !file.endsWith('.log')))
      await rm(join(bed.directory, name));
    const recovered = await bed.open({ config });
    await recovered.close();
    await cp(bed.directory, join(logDirectory, 'recovered-0'), { recursive: true });
    expect(await complaintsAbout(tools, logDirectory)).toEqual([]);
    const { kafkas, ours } = await bothDumps(tools, logDirectory);
    expect(ours).toEqual(kafkas);
    const lines = (partition: string, ending: string) =>
      Object.entries(ours).flatMap(([name, content]) =>
        name.includes(`/${partition}/`) && name.endsWith(ending) ? content : [],
      );
    expect(lines('written-0', '.txnindex')).toHaveLength(TRANSACTIONS / 2 - 1);
    expect(lines('recovered-0', '.txnindex')).toEqual(lines('written-0', '.txnindex'));
    expect(lines('written-0', '.log').join('\n')).toContain('endTxnMarker: ABORT coordinatorEpoch: 7');
    bed.remove();
    await rm(logDirectory, { recursive: true });
    await noteFinding({
      ...DUMPED,
      asked: 'a log with transactions, also when all but its segments was built anew',
    });
  });
});

/** One offset that is committed, and one that is not. */
async function offsetsInTransactions(bootstrap: string): Promise<void> {
  const client = new WireClient(bootstrap);
  const producer = await new TransactionalProducer(client, 'offsets', 2).init();
  for (const committed of [true, false]) {
    const offset = { group: 'readers-1', topic: 'transactions', offset: committed ? 3 : 5 };
    expect(await producer.commitOffset(offset)).toBe(0);
    expect(await producer.end(committed)).toBe(0);
  }
  client.close();
}

const TRANSACTIONS = 12;

function data(producerId: number, { baseSequence = 0, baseOffset = 0 }): Uint8Array {
  return batchOf([`of producer ${producerId}`, 'and one more'], {
    ...{ producerId, producerEpoch: 0, isTransactional: true, baseSequence, leaderEpoch: 0 },
    ...{ baseOffset, timestamp: 1_700_000_000_000 + baseSequence * 1_000 + producerId },
    compression: producerId % 3 === 0 ? 'zstd' : 'none',
  });
}

/** The first batch of each transaction, one producer's behind another's. */
function begun(): Uint8Array[] {
  return Array.from({ length: TRANSACTIONS }, (_, producer) => data(producer, { baseOffset: producer * 2 }));
}

/** What each producer adds to its transaction, and its end: every second one is aborted, the last stays open. */
function continued(): { batch: Uint8Array; origin: 'client' | 'coordinator' }[] {
  return Array.from({ length: TRANSACTIONS }, (_, producerId) => {
    const outcome = producerId % 2 === 0 ? ('commit' as const) : ('abort' as const);
    const producer = { producerId, producerEpoch: 0, coordinatorEpoch: 7 };
    const marker = buildTransactionMarker({ outcome, ...producer, timestamp: 1_700_000_009_000 });
    const more = { batch: data(producerId, { baseSequence: 2 }), origin: 'client' as const };
    return producerId === TRANSACTIONS - 1
      ? [more]
      : [more, { batch: marker, origin: 'coordinator' as const }];
  }).flat();
}

/** Resolves when retention has taken the first segment of a partition. */
async function segmentsDeleted(partition: string): Promise<void> {
  await until(
    `the first segment of ${partition} is deleted`,
    async () => !(await readdir(partition)).includes('00000000000000000000.log'),
  );
}
