import { cp } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  answersOf,
  COMPACTED_CONFIG,
  cleanAll,
  KafkaDirectory,
  latestOf,
} from '../../packages/broker/test/log/kafka-directory.ts';
import { LogBed } from '../../packages/broker/test/log/log-bed.ts';
import { bothDumps, complaintsAbout } from './dump-log-segments.ts';
import { noteFinding } from './interop-findings.ts';
import { type KafkaDirectories, writeKafkaDirectories } from './kafka-directories.ts';
import { KafkaTools } from './kafka-tools.ts';

const KAFKA = { judge: 'Apache Kafka 4.3.1' };

const tools = new KafkaTools();
let written: KafkaDirectories;

beforeAll(async () => {
  written = await writeKafkaDirectories(tools);
});

afterAll(async () => {
  await Promise.all([tools.close(), written?.remove()]);
});

describe.each(['clean', 'killed'] as const)('a directory that Apache Kafka left (%s)', (end) => {
  test('is dumped by odradek dump-log as by DumpLogSegments', async () => {
    const { kafkas, ours } = await bothDumps(tools, written[end].path);
    expect(ours).toEqual(kafkas);
    expect(Object.values(ours).flat().length).toBeGreaterThan(500);
    await noteFinding({
      ...KAFKA,
      asked: `its log directory, ${end}`,
      found: 'dumped alike by DumpLogSegments and `odradek dump-log`',
    });
  });

  test('answers everything as Kafka did, and has no complaint of DumpLogSegments after a stop of ours', async () => {
    const path = `${written[end].path}-opened`;
    await cp(written[end].path, path, { recursive: true });
    const bed = new LogBed();
    const kafka = await KafkaDirectory.open(bed, path);
    expect(kafka.directory.wasClean).toBe(end === 'clean');
    for (const answers of written[end].topics) {
      const log = await kafka.log(answers.topic);
      expect(await answersOf(log, answers)).toEqual(answers);
    }
    await kafka.close();
    bed.remove();
    const opened = new Set(written[end].topics.map(({ topic }) => `${topic}-0`));
    const looked = {
      isChosen: (partition: string) => opened.has(partition),
      hasGaps: (partition: string) => partition === 'compacted-0',
    };
    expect(await complaintsAbout(tools, path, looked)).toEqual([]);
    await noteFinding({
      ...KAFKA,
      asked: `its transactions, codecs, epochs and look-ups, ${end}`,
      found: 'read as Kafka had answered',
    });
  });

  test('is cleaned where Kafka stopped cleaning, and DumpLogSegments reads what is left', async () => {
    const path = `${written[end].path}-cleaned`;
    await cp(written[end].path, path, { recursive: true });
    const bed = new LogBed();
    const kafka = await KafkaDirectory.open(bed, path);
    const asked = written[end].topics.find(({ isCompacted }) => isCompacted);
    const log = await kafka.log(asked?.topic ?? '', COMPACTED_CONFIG);
    const counts = await cleanAll(log, bed);
    expect(counts?.recordsWritten).toBeLessThan(counts?.recordsRead ?? 0);
    if (asked === undefined) throw new Error('nothing was asked about a compacted topic');
    const { committed } = await answersOf(log, asked);
    expect(latestOf(committed)).toEqual(latestOf(asked.committed));
    await kafka.close();
    bed.remove();
    const looked = { isChosen: (partition: string) => partition === 'compacted-0', hasGaps: () => true };
    expect(await complaintsAbout(tools, path, looked)).toEqual([]);
    await noteFinding({
      ...KAFKA,
      asked: `its compacted topic, ${end}`,
      found: 'cleaned on by ours to the same value of each key',
    });
  });
});
