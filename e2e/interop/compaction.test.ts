import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BrokerProcess } from './broker-process.ts';
import { noteFinding } from './interop-findings.ts';
import { KafkaTools } from './kafka-tools.ts';

const MESSAGES = 200_000;
const TOPICS = 2;

const tools = new KafkaTools();
let broker: BrokerProcess;

beforeAll(async () => {
  broker = await BrokerProcess.prepare({
    'log.segment.bytes': '1048576',
    'log.cleaner.min.cleanable.ratio': '0.01',
    'log.cleaner.backoff.ms': '100',
  });
  await broker.start();
});

afterAll(async () => {
  await Promise.all([tools.close(), broker?.close()]);
});

test("Kafka's LogCompactionTester finds the last value of every key, and that records have gone", async () => {
  const output = await tools.run('org.apache.kafka.tools.LogCompactionTester', [
    ...['--bootstrap-server', broker.bootstrap, '--messages', String(MESSAGES), '--topics', String(TOPICS)],
    ...['--duplicates', '10', '--percent-deletes', '20', '--compression-type', 'zstd', '--sleep', '2'],
  ]);
  expect(output).toContain('Data verification is completed');
  expect(output).toMatch(/Validated \d{4,} values, 0 mismatches/);
  const [, produced, consumed] =
    /(\d+) rows of data produced, (\d+) rows of data consumed/.exec(output) ?? [];
  expect(Number(produced)).toBe(MESSAGES * TOPICS);
  expect(Number(consumed)).toBeLessThan(MESSAGES * TOPICS * 0.75);
  const checkpoint = await readFile(join(broker.logDirectory, 'cleaner-offset-checkpoint'), 'utf8');
  expect(checkpoint.match(/^log-cleaner-test-/gm)).toHaveLength(TOPICS);
  await noteFinding({
    judge: 'LogCompactionTester 4.3.1',
    asked: `${MESSAGES * TOPICS} records in ${TOPICS} compacted topics, a fifth of them tombstones`,
    found: 'the last value of every key',
  });
  console.log(`LogCompactionTester: ${produced} records written, ${consumed} read after cleaning`);
});
