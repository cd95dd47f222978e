import { Admin, Consumer, Producer, stringDeserializers, stringSerializers } from '@platformatic/kafka';
import { PATIENCE_MS } from '../patience.ts';
import type { Codec, InteropClient, ReadRecord, SentRecord } from './interop-client.ts';

/** @platformatic/kafka, in this process. */
export class PlatformaticClient implements InteropClient {
  readonly name = '@platformatic/kafka';
  readonly codecs: readonly Codec[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

  async version(): Promise<string> {
    return '2.12.1';
  }

  async createTopic(bootstrap: string, topic: string, partitions: number): Promise<void> {
    const admin = new Admin({ clientId: 'interop', bootstrapBrokers: bootstrap.split(',') });
    await admin.createTopics({ topics: [topic], partitions, replicas: 1 });
    await admin.close();
  }

  async produce(
    bootstrap: string,
    topic: string,
    codec: Codec,
    records: readonly SentRecord[],
  ): Promise<void> {
    const producer = new Producer({
      clientId: 'interop',
      bootstrapBrokers: bootstrap.split(','),
      serializers: stringSerializers,
    });
    await producer.send({
      acks: -1,
      compression: codec,
      messages: records.map(({ key, value, headers }) => ({
        topic,
        ...(key === null ? {} : { key }),
        value,
        headers: { ...headers },
      })),
    });
    await producer.close();
  }

  async consume(bootstrap: string, topic: string, group: string, count: number): Promise<ReadRecord[]> {
    const consumer = new Consumer({
      clientId: 'interop',
      bootstrapBrokers: bootstrap.split(','),
      groupId: group,
      deserializers: stringDeserializers,
      autocommit: false,
    });
    const records: ReadRecord[] = [];
    const nextOffsets = new Map<number, number>();
    const stream = await consumer.consume({ topics: [topic], mode: 'committed', fallbackMode: 'earliest' });
    const timer = setTimeout(() => stream.destroy(), PATIENCE_MS);
    for await (const message of stream) {
      nextOffsets.set(message.partition, Number(message.offset) + 1);
      records.push({
        partition: message.partition,
        offset: Number(message.offset),
        key: message.key ?? null,
        value: message.value ?? null,
        headers: Object.fromEntries(message.headers as Map<string, string>),
      });
      if (records.length === count) break;
    }
    clearTimeout(timer);
    await consumer.commit({
      offsets: [...nextOffsets].map(([partition, offset]) => ({
        topic,
        partition,
        offset: BigInt(offset),
        leaderEpoch: -1,
      })),
    });
    await consumer.close(true);
    return records;
  }

  async close(): Promise<void> {}
}
