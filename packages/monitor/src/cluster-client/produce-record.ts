import { randomInt } from 'node:crypto';
import type { ProduceRecordResponse } from '@odradek/contract';
import { type ClusterDefinition, parseAddress } from './cluster-definition.ts';
import { KafkaError } from './kafka-error.ts';
import type { KafkaLibrary } from './kafka-library.ts';
import { CLIENT_ID, connectionOptions } from './kafka-requests.ts';

/** A record to write. */
export interface NewRecord {
  readonly topic: string;
  /** Null: by the key, as Kafka's default partitioner does; without a key, any. */
  readonly partition: number | null;
  /** How many partitions the topic has. */
  readonly partitions: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly { readonly name: string; readonly value: Buffer | null }[];
}

const UNKNOWN_TOPIC_OR_PARTITION = 3;
const ALL_IN_SYNC_REPLICAS = -1;

/** Writes one record and waits for all in-sync replicas. No topic is created by it. Throws KafkaError. */
export async function produceRecord(
  library: KafkaLibrary,
  definition: ClusterDefinition,
  { topic, partition, partitions, key, value, headers }: NewRecord,
): Promise<ProduceRecordResponse> {
  if (partition !== null && partition >= partitions) {
    // The library would write to another partition, without a word.
    throw new KafkaError(UNKNOWN_TOPIC_OR_PARTITION, `The topic has no partition ${partition}.`);
  }
  const producer = new library.Producer<Buffer, Buffer, Buffer, Buffer | null>({
    clientId: CLIENT_ID,
    bootstrapBrokers: definition.bootstrap.map(parseAddress),
    autocreateTopics: false,
    retries: 2,
    ...connectionOptions(definition),
  });
  try {
    const result = await producer.send({
      acks: ALL_IN_SYNC_REPLICAS,
      messages: [
        {
          topic,
          partition: partition ?? partitionFor(library, key, partitions),
          ...(key === null ? {} : { key }),
          ...(value === null ? {} : { value }),
          // A map by buffer, not by text, keeps two headers of one name apart.
          headers: new Map(headers.map((header) => [Buffer.from(header.name), header.value])),
        },
      ],
    });
    const written = result.offsets?.[0];
    if (written === undefined) {
      throw new KafkaError(-1, 'The broker did not say where the record went.');
    }
    return { partition: written.partition, offset: Number(written.offset) };
  } catch (error) {
    throw kafkaErrorIn(library, error) ?? error;
  } finally {
    await producer.close();
  }
}

function kafkaErrorIn(library: KafkaLibrary, error: unknown): KafkaError | null {
  if (!(error instanceof Error)) {
    return null;
  }
  const answered = library.findErrorBy(error, 'code', 'PLT_KFK_PROTOCOL');
  if (answered === null) {
    return null;
  }
  const { apiCode } = answered;
  return new KafkaError(Number(apiCode), null);
}

/** As Java's default partitioner; the library's own hashes some keys to another partition. */
function partitionFor(library: KafkaLibrary, key: Buffer | null, partitions: number): number {
  return key === null ? randomInt(partitions) : (library.murmur2(key) & 0x7fff_ffff) % partitions;
}
