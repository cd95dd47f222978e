import { errorOf } from '@odradek/broker/protocol';
import type { GroupType } from '@odradek/contract';
import type { ClusterMetadata } from './cluster-metadata.ts';
import { fanOut } from './fan-out.ts';
import type { ListedGroup } from './group-description.ts';
import type { KafkaRequests } from './kafka-requests.ts';

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
      for (const { groupId, protocolType, groupState, groupType } of answer.groups) {
        groups.push({
          group: groupId,
          type: typeOf(groupType),
          state: groupState === '' ? 'Unknown' : groupState,
          protocolType,
          coordinator: broker.id,
        });
      }
    },
    (broker, error) => unreachable.set(broker.id, error),
  );
  return { groups, unreachable, refused };
}

/** Brokers too old to name a type have classic groups only. */
function typeOf(text: string): GroupType {
  return text === '' ? 'classic' : (types[text.toLowerCase()] ?? 'unknown');
}
