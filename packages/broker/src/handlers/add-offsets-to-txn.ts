import { GROUP_METADATA_TOPIC } from '../metadata/topic-name.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { addOffsetsToTxnRequest } from '../protocol/messages/add-offsets-to-txn-request.ts';
import { addOffsetsToTxnResponse } from '../protocol/messages/add-offsets-to-txn-response.ts';
import { AclOperation } from '../security/authorizer.ts';
import type { Handler } from './handler.ts';
import { fencedFor, mayWriteTransaction, type TransactionNeeds } from './transaction-access.ts';

export interface AddOffsetsToTxnNeeds extends TransactionNeeds {
  /** The partition of `__consumer_offsets` that holds a group. */
  readonly groupPartition: (groupId: string) => number;
}

const KNOWS_FENCED_FROM = 2;

/**
 * AddOffsetsToTxn (key 25), versions 0–4: the producer is about to commit offsets of a group with its transaction, which
 * therefore takes in the partition of `__consumer_offsets` that the group lies in. Clients with an epoch per transaction
 * do without it.
 */
export function addOffsetsToTxnHandler(
  needs: AddOffsetsToTxnNeeds,
): Handler<typeof addOffsetsToTxnRequest, typeof addOffsetsToTxnResponse> {
  return {
    request: addOffsetsToTxnRequest,
    response: addOffsetsToTxnResponse,
    async handle({ groupId, producerEpoch, producerId, transactionalId }, context) {
      if (!mayWriteTransaction(needs, context, transactionalId)) {
        return { errorCode: ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED };
      }
      if (!needs.authorizer.isAllowed(context.principal, AclOperation.READ, 'group', groupId)) {
        return { errorCode: ErrorCode.GROUP_AUTHORIZATION_FAILED };
      }
      const errorCode = await needs.transactions.addPartitions({
        ...{ transactionalId, producerId, producerEpoch, clientTransactionVersion: 0 },
        partitions: new Map([[GROUP_METADATA_TOPIC, [needs.groupPartition(groupId)]]]),
      });
      return { errorCode: fencedFor(context, KNOWS_FENCED_FROM, errorCode) };
    },
    refuse: (errorCode) => ({ errorCode }),
  };
}
