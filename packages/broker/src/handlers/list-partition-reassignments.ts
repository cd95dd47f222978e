import { listReassignments, type Reassignment } from '../controller/reassign-partitions.ts';
import type { MetadataImage } from '../metadata/metadata-image.ts';
import { ErrorCode } from '../protocol/errors.ts';
import type { Decoded } from '../protocol/message.ts';
import { listPartitionReassignmentsRequest } from '../protocol/messages/list-partition-reassignments-request.ts';
import { listPartitionReassignmentsResponse } from '../protocol/messages/list-partition-reassignments-response.ts';
import { CLUSTER_RESOURCE } from '../security/authorized-operations.ts';
import { AclOperation, type Authorizer } from '../security/authorizer.ts';
import { byTopic } from './by-topic.ts';
import type { Handler } from './handler.ts';

export interface ListPartitionReassignmentsNeeds {
  /** With everything that is committed, as far as this node knows. */
  readonly image: () => MetadataImage;
  readonly authorizer: Authorizer;
}

/** ListPartitionReassignments (key 46), version 0 (KIP-455): what is under way, of all partitions or of some. */
export function listPartitionReassignmentsHandler(
  needs: ListPartitionReassignmentsNeeds,
): Handler<typeof listPartitionReassignmentsRequest, typeof listPartitionReassignmentsResponse> {
  return {
    request: listPartitionReassignmentsRequest,
    response: listPartitionReassignmentsResponse,
    handle(request, { principal }) {
      const { authorizer, image } = needs;
      if (!authorizer.isAllowed(principal, AclOperation.DESCRIBE, 'cluster', CLUSTER_RESOURCE)) {
        return refused(ErrorCode.CLUSTER_AUTHORIZATION_FAILED);
      }
      const topics = [...byTopic(reassignmentsIn(image(), request))];
      return {
        errorMessage: null,
        topics: topics.map(([name, reassignments]) => ({
          name,
          partitions: reassignments.map(
            ({ partitionId: partitionIndex, replicas, addingReplicas, removingReplicas }) => ({
              partitionIndex,
              replicas,
              addingReplicas,
              removingReplicas,
            }),
          ),
        })),
      };
    },
    refuse: refused,
  };
}

function refused(errorCode: number): { readonly errorCode: number; readonly errorMessage: null } {
  return { errorCode, errorMessage: null };
}

function reassignmentsIn(
  image: MetadataImage,
  { topics }: Decoded<typeof listPartitionReassignmentsRequest>,
): readonly Reassignment[] {
  if (topics === null) return listReassignments(image.topicsByName.values(), () => true);
  const asked = new Map(topics.map(({ name, partitionIndexes }) => [name, new Set(partitionIndexes)]));
  const named = [...asked.keys()].flatMap((name) => image.topicsByName.get(name) ?? []);
  return listReassignments(named, (topic, partitionId) => asked.get(topic)?.has(partitionId) ?? false);
}
