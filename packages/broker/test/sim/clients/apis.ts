import { addOffsetsToTxnRequest } from '../../../src/protocol/messages/add-offsets-to-txn-request.ts';
import { addOffsetsToTxnResponse } from '../../../src/protocol/messages/add-offsets-to-txn-response.ts';
import { addPartitionsToTxnRequest } from '../../../src/protocol/messages/add-partitions-to-txn-request.ts';
import { addPartitionsToTxnResponse } from '../../../src/protocol/messages/add-partitions-to-txn-response.ts';
import { alterPartitionReassignmentsRequest } from '../../../src/protocol/messages/alter-partition-reassignments-request.ts';
import { alterPartitionReassignmentsResponse } from '../../../src/protocol/messages/alter-partition-reassignments-response.ts';
import { consumerGroupDescribeRequest } from '../../../src/protocol/messages/consumer-group-describe-request.ts';
import { consumerGroupDescribeResponse } from '../../../src/protocol/messages/consumer-group-describe-response.ts';
import { consumerGroupHeartbeatRequest } from '../../../src/protocol/messages/consumer-group-heartbeat-request.ts';
import { consumerGroupHeartbeatResponse } from '../../../src/protocol/messages/consumer-group-heartbeat-response.ts';
import { createTopicsRequest } from '../../../src/protocol/messages/create-topics-request.ts';
import { createTopicsResponse } from '../../../src/protocol/messages/create-topics-response.ts';
import { deleteTopicsRequest } from '../../../src/protocol/messages/delete-topics-request.ts';
import { deleteTopicsResponse } from '../../../src/protocol/messages/delete-topics-response.ts';
import { describeTransactionsRequest } from '../../../src/protocol/messages/describe-transactions-request.ts';
import { describeTransactionsResponse } from '../../../src/protocol/messages/describe-transactions-response.ts';
import { electLeadersRequest } from '../../../src/protocol/messages/elect-leaders-request.ts';
import { electLeadersResponse } from '../../../src/protocol/messages/elect-leaders-response.ts';
import { endTxnRequest } from '../../../src/protocol/messages/end-txn-request.ts';
import { endTxnResponse } from '../../../src/protocol/messages/end-txn-response.ts';
import { fetchRequest } from '../../../src/protocol/messages/fetch-request.ts';
import { fetchResponse } from '../../../src/protocol/messages/fetch-response.ts';
import { findCoordinatorRequest } from '../../../src/protocol/messages/find-coordinator-request.ts';
import { findCoordinatorResponse } from '../../../src/protocol/messages/find-coordinator-response.ts';
import { heartbeatRequest } from '../../../src/protocol/messages/heartbeat-request.ts';
import { heartbeatResponse } from '../../../src/protocol/messages/heartbeat-response.ts';
import { initProducerIdRequest } from '../../../src/protocol/messages/init-producer-id-request.ts';
import { initProducerIdResponse } from '../../../src/protocol/messages/init-producer-id-response.ts';
import { joinGroupRequest } from '../../../src/protocol/messages/join-group-request.ts';
import { joinGroupResponse } from '../../../src/protocol/messages/join-group-response.ts';
import { leaveGroupRequest } from '../../../src/protocol/messages/leave-group-request.ts';
import { leaveGroupResponse } from '../../../src/protocol/messages/leave-group-response.ts';
import { listTransactionsRequest } from '../../../src/protocol/messages/list-transactions-request.ts';
import { listTransactionsResponse } from '../../../src/protocol/messages/list-transactions-response.ts';
import { metadataRequest } from '../../../src/protocol/messages/metadata-request.ts';
import { metadataResponse } from '../../../src/protocol/messages/metadata-response.ts';
import { offsetCommitRequest } from '../../../src/protocol/messages/offset-commit-request.ts';
import { offsetCommitResponse } from '../../../src/protocol/messages/offset-commit-response.ts';
import { offsetFetchRequest } from '../../../src/protocol/messages/offset-fetch-request.ts';
import { offsetFetchResponse } from '../../../src/protocol/messages/offset-fetch-response.ts';
import { produceRequest } from '../../../src/protocol/messages/produce-request.ts';
import { produceResponse } from '../../../src/protocol/messages/produce-response.ts';
import { syncGroupRequest } from '../../../src/protocol/messages/sync-group-request.ts';
import { syncGroupResponse } from '../../../src/protocol/messages/sync-group-response.ts';
import { txnOffsetCommitRequest } from '../../../src/protocol/messages/txn-offset-commit-request.ts';
import { txnOffsetCommitResponse } from '../../../src/protocol/messages/txn-offset-commit-response.ts';

/* The APIs that scripted clients use, each in the newest version that names topics by name. */

export const alterPartitionReassignments = {
  request: alterPartitionReassignmentsRequest,
  response: alterPartitionReassignmentsResponse,
  version: 1,
};
export const electLeaders = { request: electLeadersRequest, response: electLeadersResponse, version: 2 };
export const createTopics = { request: createTopicsRequest, response: createTopicsResponse, version: 7 };
export const deleteTopics = { request: deleteTopicsRequest, response: deleteTopicsResponse, version: 6 };
export const fetch = { request: fetchRequest, response: fetchResponse, version: 12 };
export const findCoordinator = {
  request: findCoordinatorRequest,
  response: findCoordinatorResponse,
  version: 6,
};
export const heartbeat = { request: heartbeatRequest, response: heartbeatResponse, version: 4 };
export const initProducerId = {
  request: initProducerIdRequest,
  response: initProducerIdResponse,
  version: 5,
};
export const joinGroup = { request: joinGroupRequest, response: joinGroupResponse, version: 9 };
export const leaveGroup = { request: leaveGroupRequest, response: leaveGroupResponse, version: 5 };
export const metadata = { request: metadataRequest, response: metadataResponse, version: 13 };
export const offsetCommit = { request: offsetCommitRequest, response: offsetCommitResponse, version: 9 };
export const offsetFetch = { request: offsetFetchRequest, response: offsetFetchResponse, version: 9 };
export const produce = { request: produceRequest, response: produceResponse, version: 12 };
export const syncGroup = { request: syncGroupRequest, response: syncGroupResponse, version: 5 };

export const consumerGroupHeartbeat = {
  request: consumerGroupHeartbeatRequest,
  response: consumerGroupHeartbeatResponse,
  version: 1,
};
export const consumerGroupDescribe = {
  request: consumerGroupDescribeRequest,
  response: consumerGroupDescribeResponse,
  version: 1,
};
export const describeTransactions = {
  request: describeTransactionsRequest,
  response: describeTransactionsResponse,
  version: 0,
};
export const listTransactions = {
  request: listTransactionsRequest,
  response: listTransactionsResponse,
  version: 1,
};

/** Which transaction protocol a producer speaks (KIP-890). */
export type TransactionVersion = 1 | 2;

/** With the first one a producer names the partitions beforehand, and keeps its epoch from one transaction to the next. */
export const addPartitionsToTxn = {
  request: addPartitionsToTxnRequest,
  response: addPartitionsToTxnResponse,
  version: 3,
};
export const addOffsetsToTxn = {
  request: addOffsetsToTxnRequest,
  response: addOffsetsToTxnResponse,
  version: 4,
};

const end = { request: endTxnRequest, response: endTxnResponse };
const offsets = { request: txnOffsetCommitRequest, response: txnOffsetCommitResponse };

/** What the two protocols have in common, in the versions by which a broker tells them apart. */
export const TRANSACTIONAL = {
  1: {
    produce: { ...produce, version: 11 },
    endTxn: { ...end, version: 4 },
    txnOffsetCommit: { ...offsets, version: 4 },
  },
  2: {
    produce,
    endTxn: { ...end, version: 5 },
    txnOffsetCommit: { ...offsets, version: 5 },
  },
} as const;
