import { errorOf } from '@odradek/broker/protocol';
import type { GroupType } from '@odradek/contract';
import type { ClusterMetadata } from './cluster-metadata.ts';
import { fanOut } from './fan-out.ts';
import type { Coordinator } from './find-coordinator.ts';
import type { ListedGroup } from './group-description.ts';
import { KafkaError } from './kafka-error.ts';
import type { KafkaRequests, ResponseBody } from './kafka-requests.ts';

export interface ListedGroups {
  readonly groups: readonly ListedGroup[];
  /** Brokers that did not answer: their groups are missing, which does not mean that they are gone. */
  readonly unreachable: ReadonlyMap<number, unknown>;
  /** Brokers that refused, with Kafka's error name. */
  readonly refused: ReadonlyMap<number, string>;
}

const types: Readonly<Record<string, GroupType>> = {
  classic: 'classic',
  consumer: 'consumer',
  share: 'share',
  streams: 'streams',
};

/** Asks every broker for the groups it coordinates. Never throws; brokers that fail are named. */
export async function listGroups(requests: KafkaRequests, metadata: ClusterMetadata): Promise<ListedGroups> {
  const groups: ListedGroup[] = [];
  const unreachable = new Map<number, unknown>();
  const refused = new Map<number, string>();
  await fanOut(
    metadata.brokers.values(),
    async (broker) => {
      const answer = await requests.send(broker, 'ListGroups', {});
      if (answer.errorCode !== 0) {
        refused.set(broker.id, errorOf(answer.errorCode).name);
      }
      groups.push(...answer.groups.map((group) => listedGroup(group, broker.id)));
    },
    (broker, error) => unreachable.set(broker.id, error),
  );
  return { groups, unreachable, refused };
}

/** The groups that one broker coordinates. Throws KafkaError and BrokerUnreachable. */
export async function groupsOn(requests: KafkaRequests, coordinator: Coordinator): Promise<ListedGroup[]> {
  const answer = await requests.send(coordinator, 'ListGroups', {});
  if (answer.errorCode !== 0) {
    throw new KafkaError(answer.errorCode, null);
  }
  return answer.groups.map((group) => listedGroup(group, coordinator.id));
}

function listedGroup(
  { groupId, protocolType, groupState, groupType }: ResponseBody<'ListGroups'>['groups'][number],
  coordinator: number,
): ListedGroup {
  return {
    group: groupId,
    type: typeOf(groupType),
    state: groupState === '' ? 'Unknown' : groupState,
    protocolType,
    coordinator,
  };
}

/** Brokers too old to name a type have classic groups only. */
function typeOf(text: string): GroupType {
  return text === '' ? 'classic' : (types[text.toLowerCase()] ?? 'unknown');
}
