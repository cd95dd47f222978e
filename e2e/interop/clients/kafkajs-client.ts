import { CompressionTypes, Kafka, logLevel } from 'kafkajs';
import { PATIENCE_MS } from '../patience.ts';
import type { Codec, InteropClient, ReadRecord, SentRecord } from './interop-client.ts';

/** KafkaJS 2.2.4, in this process. It brings gzip only; other codecs need packages of their own. */
export class KafkaJsClient implements InteropClient {
  readonly name = 'KafkaJS';
  readonly codecs: readonly Codec[] = ['none', 'gzip'];

  async version(): Promise<string> {
    return '2.2.4';
  }

  async createTopic(bootstrap: string, topic: string, partitions: number): Promise<void> {
    const admin = client(bootstrap).admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic, numPartitions: partitions }] });
    await admin.disconnect();
  }

  async produce(
    bootstrap: string,
    topic: string,
    codec: Codec,
    records: readonly SentRecord[],
  ): Promise<void> {
    const producer = client(bootstrap).producer();
    await producer.connect();
    await producer.send({
      topic,
      compression: codec === 'gzip' ? CompressionTypes.GZIP : CompressionTypes.None,
      messages: records.map(({ key, value, headers }) => ({ key, value, headers: { ...headers } })),
    });
    await producer.disconnect();
  }

  async consume(bootstrap: string, topic: string, group: string, count: number): Promise<ReadRecord[]> {
    const consumer = client(bootstrap).consumer({ groupId: group, maxWaitTimeInMs: 200 });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    const records: ReadRecord[] = [];
    const nextOffsets = new Map<number, number>();
    const enough = Promise.withResolvers<void>();
    const timer = setTimeout(enough.resolve, PATIENCE_MS);
    await consumer.run({
      autoCommit: false,
      eachMessage: async ({ partition, message }) => {
        if (records.length >= count) return;
        nextOffsets.set(partition, Number(message.offset) + 1);
        records.push({
          partition,
          offset: Number(message.offset),
          key: message.key?.toString() ?? null,
          value: message.value?.toString() ?? null,
          headers: Object.fromEntries(
            Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]),
          ),
        });
        if (records.length === count) enough.resolve();
      },
    });
    await enough.promise;
    clearTimeout(timer);
    await consumer.commitOffsets(
      [...nextOffsets].map(([partition, offset]) => ({ topic, partition, offset: String(offset) })),
    );
    await consumer.disconnect();
    return records;
  }

  async close(): Promise<void> {}
}

function client(bootstrap: string): Kafka {
  return new Kafka({ brokers: bootstrap.split(','), logLevel: logLevel.NOTHING });
}
