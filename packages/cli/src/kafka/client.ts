import type { Admin, BaseOptions, ClusterMetadata, Consumer } from '@platformatic/kafka';
import { Failure } from '../failure.ts';
import { kafkaFailure } from './kafka-failure.ts';

type KafkaLibrary = typeof import('@platformatic/kafka');

export interface BootstrapOption {
  readonly bootstrapServer: string;
}

/** What a shell command works with. */
export interface KafkaSession {
  readonly library: KafkaLibrary;
  readonly admin: Admin;
  /** Options for further clients of the same cluster. */
  readonly options: BaseOptions;
}

const CONNECT_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 30_000;

/**
 * Runs `work` against the cluster at `bootstrapServer` and closes what was opened. Every fault of the client or the
 * cluster becomes a {@link Failure}. The client is loaded here and nowhere else: `odradek --help` does not wait for it.
 */
export async function withKafka<Result>(
  { bootstrapServer }: BootstrapOption,
  work: (session: KafkaSession) => Promise<Result>,
): Promise<Result> {
  const bootstrapBrokers = bootstrapServer.split(',').map((address) => address.trim());
  for (const address of bootstrapBrokers) {
    if (!/^.+:\d+$/.test(address)) {
      throw new Failure(`--bootstrap-server ${address}: it has to be host:port, or several with commas`, 2);
    }
  }
  const library = await import('@platformatic/kafka');
  const options: BaseOptions = {
    clientId: 'odradek-cli',
    bootstrapBrokers,
    connectTimeout: CONNECT_TIMEOUT_MS,
    timeout: REQUEST_TIMEOUT_MS,
    retries: 2,
    retryDelay: 200,
    autocreateTopics: false,
  };
  const admin = new library.Admin(options);
  try {
    return await work({ library, admin, options });
  } catch (error) {
    throw kafkaFailure(error, bootstrapServer);
  } finally {
    await admin.close();
  }
}

/** Partitions of the topics, by name. Ends with a sentence for a topic that does not exist. */
export async function topicMetadata(admin: Admin, topics: readonly string[]): Promise<ClusterMetadata> {
  const existing = new Set(await admin.listTopics({ includeInternals: true }));
  const missing = topics.filter((topic) => !existing.has(topic));
  if (missing.length > 0) throw new Failure(`there is no topic ${missing.join(', ')}`);
  return admin.metadata({ topics: [...topics], forceUpdate: true });
}

/** A consumer that joins no group: for offsets and records. The id is required by the client and never sent. */
export function groupless({ library, options }: KafkaSession): Consumer {
  return new library.Consumer({ ...options, groupId: 'odradek-cli' });
}

/** First and next offset of every partition of the topics. */
export async function offsetRanges(
  session: KafkaSession,
  topics: readonly string[],
): Promise<Map<string, { first: bigint; end: bigint }[]>> {
  const consumer = groupless(session);
  try {
    const { EARLIEST, LATEST } = session.library.ListOffsetTimestamps;
    const [first, end] = await Promise.all([
      consumer.listOffsets({ topics: [...topics], timestamp: EARLIEST }),
      consumer.listOffsets({ topics: [...topics], timestamp: LATEST }),
    ]);
    return new Map(
      topics.map((topic) => [
        topic,
        (end.get(topic) ?? []).map((offset, partition) => ({
          first: first.get(topic)?.[partition] ?? 0n,
          end: offset,
        })),
      ]),
    );
  } finally {
    await consumer.close();
  }
}
