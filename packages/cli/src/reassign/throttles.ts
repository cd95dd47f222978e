import { failOn, type KafkaRequests, type RequestBody, type ResponseBody } from '../kafka/requests.ts';
import type { ClusterBroker } from './cluster-partitions.ts';
import type { PlannedMove } from './plan-assignment.ts';

/** Kafka's codes in IncrementalAlterConfigs. */
const RESOURCE = { topic: 2, broker: 4 } as const;
const OPERATION = { set: 0, delete: 1 } as const;

const RATES = ['leader.replication.throttled.rate', 'follower.replication.throttled.rate'] as const;
const REPLICAS = [
  'leader.replication.throttled.replicas',
  'follower.replication.throttled.replicas',
] as const;

type Resource = NonNullable<RequestBody<'IncrementalAlterConfigs'>['resources']>[number];

/** Holds every broker to so many bytes a second, for the replicas that are marked. */
export function setRates(
  requests: KafkaRequests,
  brokers: readonly ClusterBroker[],
  bytesPerSecond: number,
): Promise<void> {
  const value = String(bytesPerSecond);
  return onEach(requests, brokers, [value, value]);
}

/**
 * Marks what a move copies: on the leaders' side the replicas that are there, on the followers' those that come. What
 * keeps up with its leader is not slowed down.
 */
export function markReplicas(requests: KafkaRequests, moves: readonly PlannedMove[]): Promise<void> {
  const marks = new Map<string, { readonly leaders: string[]; readonly followers: string[] }>();
  for (const { topic, partition, before, replicas } of moves) {
    const mark = marks.get(topic) ?? { leaders: [], followers: [] };
    marks.set(topic, mark);
    const coming = replicas.filter((id) => !before.includes(id));
    if (coming.length === 0) continue;
    mark.leaders.push(...before.map((id) => `${partition}:${id}`));
    mark.followers.push(...coming.map((id) => `${partition}:${id}`));
  }
  const moved = [...marks].filter(([, { followers }]) => followers.length > 0);
  return alter(
    requests,
    moved.map(([topic, { leaders, followers }]) =>
      setting(RESOURCE.topic, topic, REPLICAS, [leaders.join(','), followers.join(',')]),
    ),
  );
}

/** Takes rates and marks away; where there are none nothing changes. */
export async function removeThrottles(
  requests: KafkaRequests,
  { brokers, topics }: { readonly brokers: readonly ClusterBroker[]; readonly topics: Iterable<string> },
): Promise<void> {
  await onEach(requests, brokers, null);
  await alter(
    requests,
    [...topics].map((topic) => setting(RESOURCE.topic, topic, REPLICAS, null)),
  );
}

/** Configs of a broker are taken by that broker alone. */
async function onEach(
  requests: KafkaRequests,
  brokers: readonly ClusterBroker[],
  values: readonly string[] | null,
): Promise<void> {
  await Promise.all(
    brokers.map(async ({ id, host, port }) => {
      const resources = [setting(RESOURCE.broker, String(id), RATES, values)];
      await checked(await requests.send({ host, port }, 'IncrementalAlterConfigs', { resources }));
    }),
  );
}

/** Without values the configs are deleted. */
function setting(
  resourceType: number,
  resourceName: string,
  names: readonly string[],
  values: readonly string[] | null,
): Resource {
  const configOperation = values === null ? OPERATION.delete : OPERATION.set;
  const configs = names.map((name, index) => ({ name, configOperation, value: values?.[index] ?? null }));
  return { resourceType, resourceName, configs };
}

async function alter(requests: KafkaRequests, resources: readonly Resource[]): Promise<void> {
  if (resources.length === 0) return;
  await checked(await requests.sendToAny('IncrementalAlterConfigs', { resources: [...resources] }));
}

async function checked({ responses }: ResponseBody<'IncrementalAlterConfigs'>): Promise<void> {
  for (const { errorCode, errorMessage, resourceName } of responses) {
    await failOn(errorCode, errorMessage, resourceName);
  }
}
