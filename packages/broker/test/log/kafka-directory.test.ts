import { afterEach, describe, expect, test } from 'vitest';
import { dumpFile, isDumped } from '../../src/dump/dump-file.ts';
import { nodeDisk } from '../../src/runtime/node-disk.ts';
import { type KafkaEnd, unpackKafkaDirectory } from './captured-directories.ts';
import { answersOf, COMPACTED_CONFIG, cleanAll, KafkaDirectory, latestOf } from './kafka-directory.ts';
import { LogBed } from './log-bed.ts';

const ENDS: readonly KafkaEnd[] = ['clean', 'killed'];
const TOPICS = ['codecs', 'append-time', 'idempotent', 'transactions', 'compacted', 'deleted-below'];

const made: { remove(): void }[] = [];
afterEach(() => {
  for (const one of made.splice(0)) one.remove();
});

function unpack(end: KafkaEnd) {
  const unpacked = unpackKafkaDirectory(end);
  const bed = new LogBed();
  made.push(unpacked, bed);
  return { ...unpacked, bed };
}

describe.each(ENDS)('a log directory that Apache Kafka 4.3.1 left (%s)', (end) => {
  test.each(TOPICS)('answers about %s as Kafka did, and again after a stop of ours', async (topic) => {
    const { path, topics, bed } = unpack(end);
    const asked = topics.find((answers) => answers.topic === topic);
    if (asked === undefined) throw new Error(`nothing was captured of ${topic}`);
    for (const wasClean of [end === 'clean', true]) {
      const kafka = await KafkaDirectory.open(bed, path);
      expect(kafka.directory.wasClean).toBe(wasClean);
      expect(await answersOf(await kafka.log(topic), asked)).toEqual(asked);
      await kafka.openAll();
      await kafka.close();
    }
  });

  test('is cleaned where Kafka stopped cleaning, to the same value of each key', async () => {
    const { path, topics, bed } = unpack(end);
    const asked = topics.find((answers) => answers.isCompacted);
    if (asked === undefined) throw new Error('nothing was captured of a compacted topic');
    const kafka = await KafkaDirectory.open(bed, path);
    const log = await kafka.log(asked.topic, COMPACTED_CONFIG);
    const before = await answersOf(log, asked);
    const counts = await cleanAll(log, bed);
    expect(counts).toMatchObject({ endOffset: asked.logEndOffset, recordsRead: expect.any(Number) });
    expect(counts?.recordsWritten).toBeLessThan(counts?.recordsRead ?? 0);
    const after = await answersOf(log, asked);
    expect(after.committed.length).toBeLessThan(before.committed.length);
    expect(latestOf(after.committed.filter(({ key }) => key !== 'later'))).toEqual(
      latestOf(before.committed),
    );
    await kafka.close();
    expect(await damagesIn(path, await filesNow(path))).toEqual([]);
  });

  test('is undamaged to dump-log, before and after', async () => {
    const { path, files, topics, bed } = unpack(end);
    expect(await damagesIn(path, files)).toEqual([]);
    const kafka = await KafkaDirectory.open(bed, path);
    for (const { topic } of topics) await kafka.log(topic);
    await kafka.close();
    expect(await damagesIn(path, await filesNow(path))).toEqual([]);
  });
});

async function filesNow(path: string): Promise<string[]> {
  const names: string[] = [];
  for (const { name, kind } of await nodeDisk.list(path)) {
    if (kind !== 'directory') names.push(name);
    else names.push(...(await nodeDisk.list(`${path}/${name}`)).map((inside) => `${name}/${inside.name}`));
  }
  return names;
}

async function damagesIn(path: string, names: readonly string[]): Promise<string[]> {
  const damages: string[] = [];
  for (const name of names.filter((candidate) => isDumped(candidate.split('/').at(-1) ?? ''))) {
    for await (const entry of dumpFile(nodeDisk, `${path}/${name}`, { records: true })) {
      if (entry.kind === 'damage') damages.push(`${name} at ${entry.position}: ${entry.message}`);
    }
  }
  return damages;
}
