import type { ActiveMembers } from '@odradek/contract';
import type { ClusterMetadata } from '../cluster-client/cluster-metadata.ts';
import { describeGroups } from '../cluster-client/describe-groups.ts';
import { findCoordinator } from '../cluster-client/find-coordinator.ts';
import { KafkaError } from '../cluster-client/kafka-error.ts';
import type { KafkaRequests } from '../cluster-client/kafka-requests.ts';
import { groupsOn } from '../cluster-client/list-groups.ts';

/** States in which nobody can commit over what is set. */
const quiet = ['empty', 'dead'];

/** Types whose offsets OffsetCommit cannot set: where a share group stands is kept elsewhere. */
const settable = ['classic', 'consumer', 'streams', 'unknown'];

/** Who is in the way of setting a group's offsets, as its coordinator says now; null: nobody. Throws KafkaError. */
export async function activeMembersOf(
  requests: KafkaRequests,
  metadata: ClusterMetadata,
  group: string,
): Promise<ActiveMembers | null> {
  const coordinator = await findCoordinator(requests, 'group', group);
  const listed = (await groupsOn(requests, coordinator)).find((one) => one.group === group);
  if (listed === undefined) return null;
  if (!settable.includes(listed.type)) {
    throw new KafkaError(
      GROUP_ID_NOT_FOUND,
      `${group} is a ${listed.type} group: it has no committed offsets that could be reset.`,
    );
  }
  if (quiet.includes(listed.state.toLowerCase())) return null;
  const { described } = await describeGroups(requests, metadata, [listed]);
  const [description] = described;
  if (description !== undefined && quiet.includes(description.state.toLowerCase())) return null;
  return {
    state: description?.state ?? listed.state,
    members: (description?.members ?? []).map(({ memberId, clientId, host }) => ({
      memberId,
      clientId,
      host,
    })),
  };
}

const GROUP_ID_NOT_FOUND = 69;
