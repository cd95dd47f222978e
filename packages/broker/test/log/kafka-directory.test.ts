import { afterEach, describe, expect, test } from 'vitest';
import { dumpFile, isDumped } from '../../src/dump/dump-file.ts';
import { nodeDisk } from '../../src/runtime/node-disk.ts';
import { type KafkaEnd, unpackKafkaDirectory } from './captured-directories.ts';
import { answersOf, KafkaDirectory } from './kafka-directory.ts';
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
      await kafka.close();
    }
  });

  test('is undamaged to dump-log, before and after', async () => {
    const { path, files, topics, bed } = unpack(end);
    expect(await damagesIn(path, files)).toEqual([]);
    const kafka = await KafkaDirectory.open(bed, path);
    for (const { topic } of topics) await kafka.log(topic);
    await kafka.close();
    const left = await nodeDisk.list(path);
    const names = left.filter(({ kind }) => kind === 'directory').map(({ name }) => name);
    const inside = await Promise.all(
      names.map(async (name) =>
        (await nodeDisk.list(`${path}/${name}`)).map((entry) => `${name}/${entry.name}`),
      ),
    );
    expect(await damagesIn(path, inside.flat())).toEqual([]);
  });
});

async function damagesIn(path: string, names: readonly string[]): Promise<string[]> {
  const damages: string[] = [];
  for (const name of names.filter((candidate) => isDumped(candidate.split('/').at(-1) ?? ''))) {
    for await (const entry of dumpFile(nodeDisk, `${path}/${name}`, { records: true })) {
      if (entry.kind === 'damage') damages.push(`${name} at ${entry.position}: ${entry.message}`);
    }
  }
  return damages;
}
