import type { ReassignmentStatus, TopicPartition } from '@odradek/contract';
import type { BrokerNode, ClusterMetadata } from './cluster-metadata.ts';
import { chunks, fanOut } from './fan-out.ts';
import { KafkaError } from './kafka-error.ts';
import { ApiNotSupported, type KafkaRequests } from './kafka-requests.ts';
import { BrokerUnreachable } from './unreachable.ts';

export type ReplicationThrottle = ReassignmentStatus['throttle'];

/** A partition whose copying is to be slowed down: who sends it, and who receives it. */
export interface ThrottledPartition extends TopicPartition {
  readonly senders: readonly number[];
  readonly receivers: readonly number[];
}

const [TOPIC, BROKER] = [2, 4];
const [SET, DELETE] = [0, 1];
const TOPICS_PER_REQUEST = 1_000;

const rates = ['leader.replication.throttled.rate', 'follower.replication.throttled.rate'];
const [LEADERS, FOLLOWERS] = [
  'leader.replication.throttled.replicas',
  'follower.replication.throttled.replicas',
];
const lists = [LEADERS, FOLLOWERS];

interface ConfigChange {
  readonly resource: string;
  /** Null takes the config away. */
  readonly values: Readonly<Record<string, string | null>>;
}

/**
 * Slows the copying of partitions down, as kafka-reassign-partitions does: topics name the replicas, brokers the rate.
 * Throws KafkaError and BrokerUnreachable.
 */
export async function throttlePartitions(
  requests: KafkaRequests,
  partitions: readonly ThrottledPartition[],
  brokers: Iterable<BrokerNode>,
  bytesPerSecond: number,
): Promise<void> {
  const topics = [...Map.groupBy(partitions, ({ topic }) => topic)].map(([resource, of]) => ({
    resource,
    values: {
      [LEADERS]: replicaList(of, 'senders'),
      [FOLLOWERS]: replicaList(of, 'receivers'),
    },
  }));
  await alterTopics(requests, topics);
  await setRates(requests, brokers, bytesPerSecond);
}

/** Sets the rate of brokers; null takes it away. Brokers take only their own configs. */
export async function setRates(
  requests: KafkaRequests,
  brokers: Iterable<BrokerNode>,
  bytesPerSecond: number | null,
): Promise<void> {
  const value = bytesPerSecond === null ? null : String(bytesPerSecond);
  const values = Object.fromEntries(rates.map((name) => [name, value]));
  for (const broker of brokers) {
    await alter(BROKER, [{ resource: String(broker.id), values }], (body) =>
      requests.send(broker, 'IncrementalAlterConfigs', body),
    );
  }
}

/** No topic names throttled replicas any more, and no broker has a rate. */
export async function removeThrottle(
  requests: KafkaRequests,
  { brokers, topics }: ReplicationThrottle,
  metadata: ClusterMetadata,
): Promise<void> {
  const values = Object.fromEntries(lists.map((name) => [name, null]));
  await alterTopics(
    requests,
    topics.map((resource) => ({ resource, values })),
  );
  const throttled = brokers.flatMap(({ id }) => metadata.brokers.get(id) ?? []);
  await setRates(requests, throttled, null);
}

/** Which throttles there are; what may not be asked, or does not answer, is left out. */
export async function readThrottle(
  requests: KafkaRequests,
  metadata: ClusterMetadata,
): Promise<ReplicationThrottle> {
  const topics: string[] = [];
  const brokers: ReplicationThrottle['brokers'] = [];
  try {
    for (const names of chunks([...metadata.topics.keys()], TOPICS_PER_REQUEST)) {
      const { results } = await requests.askAny('DescribeConfigs', {
        resources: names.map(asked(TOPIC, lists)),
      });
      topics.push(
        ...results
          .filter(({ configs }) => configs.some(({ value }) => value))
          .map(({ resourceName }) => resourceName),
      );
    }
  } catch (error) {
    if (!(error instanceof BrokerUnreachable || error instanceof ApiNotSupported)) {
      throw error;
    }
  }
  await fanOut(
    metadata.brokers.values(),
    async (broker) => {
      const { results } = await requests.send(broker, 'DescribeConfigs', {
        resources: [asked(BROKER, rates)(String(broker.id))],
      });
      const values = results.flatMap(({ configs }) =>
        configs.map(({ value }) => Number(value ?? Number.NaN)),
      );
      const set = values.filter((value) => Number.isSafeInteger(value));
      if (set.length > 0) {
        brokers.push({ id: broker.id, bytesPerSecond: Math.min(...set) });
      }
    },
    () => {},
  );
  return { topics: topics.sort(), brokers: brokers.sort((one, other) => one.id - other.id) };
}

function asked(resourceType: number, configurationKeys: readonly string[]) {
  return (resourceName: string) => ({
    resourceType,
    resourceName,
    configurationKeys: [...configurationKeys],
  });
}

function replicaList(partitions: readonly ThrottledPartition[], of: 'senders' | 'receivers'): string {
  return partitions.flatMap((one) => one[of].map((broker) => `${one.partition}:${broker}`)).join(',');
}

async function alterTopics(requests: KafkaRequests, changes: readonly ConfigChange[]): Promise<void> {
  for (const some of chunks(changes, TOPICS_PER_REQUEST)) {
    await alter(TOPIC, some, (body) => requests.sendToAny('IncrementalAlterConfigs', body));
  }
}

type AlterRequest = Parameters<typeof requestOf>;

async function alter(
  resourceType: AlterRequest[0],
  changes: AlterRequest[1],
  send: (body: ReturnType<typeof requestOf>) => Promise<{
    responses: readonly { errorCode: number; errorMessage: string | null }[];
  }>,
): Promise<void> {
  const { responses } = await send(requestOf(resourceType, changes));
  const failed = responses.find(({ errorCode }) => errorCode !== 0);
  if (failed !== undefined) {
    throw new KafkaError(failed.errorCode, failed.errorMessage);
  }
}

function requestOf(resourceType: number, changes: readonly ConfigChange[]) {
  return {
    resources: changes.map(({ resource, values }) => ({
      resourceType,
      resourceName: resource,
      configs: Object.entries(values).map(([name, value]) => ({
        name,
        configOperation: value === null ? DELETE : SET,
        value,
      })),
    })),
    validateOnly: false,
  };
}
