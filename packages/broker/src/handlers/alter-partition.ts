import type { IsrChange, IsrChangeResult } from '../controller/alter-partition.ts';
import type { Controller } from '../controller/controller.ts';
import { ErrorCode } from '../protocol/errors.ts';
import type { Decoded, Encodable } from '../protocol/message.ts';
import { alterPartitionRequest } from '../protocol/messages/alter-partition-request.ts';
import { alterPartitionResponse } from '../protocol/messages/alter-partition-response.ts';
import { CLUSTER_RESOURCE } from '../security/authorized-operations.ts';
import { AclOperation, type Authorizer } from '../security/authorizer.ts';
import { type Handler, type HandlerAnswer, NOT_CONTROLLER } from './handler.ts';

export interface AlterPartitionNeeds {
  readonly controller: Controller;
  readonly authorizer: Authorizer;
}

type AlterPartitionRequest = Decoded<typeof alterPartitionRequest>;
type AlterPartitionResponse = Encodable<typeof alterPartitionResponse>;
type AlteredPartition = NonNullable<
  NonNullable<AlterPartitionResponse['topics']>[number]['partitions']
>[number];

/** Up to version 2 a request does not say which incarnations it counts on. */
const ANY_INCARNATION = -1;

/** AlterPartition (key 56), versions 2–3 (KIP-497, KIP-903): a leader wants its ISR to be another. */
export function alterPartitionHandler(
  needs: AlterPartitionNeeds,
): Handler<typeof alterPartitionRequest, typeof alterPartitionResponse> {
  return {
    request: alterPartitionRequest,
    response: alterPartitionResponse,
    async handle(request, { principal, apiVersion }): Promise<HandlerAnswer<typeof alterPartitionResponse>> {
      const { authorizer, controller } = needs;
      if (!authorizer.isAllowed(principal, AclOperation.CLUSTER_ACTION, 'cluster', CLUSTER_RESOURCE)) {
        return { errorCode: ErrorCode.CLUSTER_AUTHORIZATION_FAILED };
      }
      const broker = { id: request.brokerId, epoch: request.brokerEpoch };
      const outcome = await controller.alterPartitions(broker, changesIn(request, apiVersion));
      if (outcome.kind === 'not-controller') return NOT_CONTROLLER;
      if (outcome.response.kind === 'refused') return { errorCode: outcome.response.errorCode };
      return { topics: answersTo(request, outcome.response.results) };
    },
    refuse: (errorCode) => ({ errorCode }),
  };
}

function changesIn({ topics }: AlterPartitionRequest, version: number): readonly IsrChange[] {
  return topics.flatMap(({ topicId, partitions }) =>
    partitions.map(({ partitionIndex, newIsr, newIsrWithEpochs, ...change }) => ({
      topicId,
      partitionId: partitionIndex,
      leaderEpoch: change.leaderEpoch,
      partitionEpoch: change.partitionEpoch,
      leaderRecoveryState: change.leaderRecoveryState,
      isr:
        version >= 3
          ? newIsrWithEpochs
          : newIsr.map((brokerId) => ({ brokerId, brokerEpoch: ANY_INCARNATION })),
    })),
  );
}

/** Each partition has its result, in the order of the request. */
function answersTo(
  { topics }: AlterPartitionRequest,
  results: readonly IsrChangeResult[],
): NonNullable<AlterPartitionResponse['topics']> {
  let at = 0;
  return topics.map(({ topicId, partitions }) => ({
    topicId,
    partitions: partitions.map(({ partitionIndex }) => ({
      partitionIndex,
      ...alteredPartition(results[at++]),
    })),
  }));
}

function alteredPartition(result: IsrChangeResult | undefined): AlteredPartition {
  if (result === undefined) return { errorCode: ErrorCode.UNKNOWN_SERVER_ERROR };
  if (result.kind === 'refused') return { errorCode: result.errorCode };
  const { leader: leaderId, leaderEpoch, isr, leaderRecoveryState, partitionEpoch } = result.partition;
  return { leaderId, leaderEpoch, isr, leaderRecoveryState, partitionEpoch };
}
