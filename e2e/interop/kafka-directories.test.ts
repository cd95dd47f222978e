import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answersOf, KafkaDirectory } from '../../packages/broker/test/log/kafka-directory.ts';
import { LogBed } from '../../packages/broker/test/log/log-bed.ts';
import { type KafkaDirectories, writeKafkaDirectories } from './kafka-directories.ts';
import { KafkaTools } from './kafka-tools.ts';

const tools = new KafkaTools();
let written: KafkaDirectories;

beforeAll(async () => {
  written = await writeKafkaDirectories(tools);
}, 180_000);

afterAll(async () => {
  await Promise.all([tools.close(), written?.remove()]);
});

describe.each(['clean', 'killed'] as const)('a directory that Apache Kafka left (%s)', (end) => {
  test('answers everything as Kafka did', async () => {
    const bed = new LogBed();
    const kafka = await KafkaDirectory.open(bed, written[end].path);
    expect(kafka.directory.wasClean).toBe(end === 'clean');
    for (const answers of written[end].topics) {
      const log = await kafka.log(answers.topic);
      expect(await answersOf(log, answers)).toEqual(answers);
    }
    await kafka.close();
    bed.remove();
  });
});
