import { alterPartitionReassignmentsRequest } from '../../../src/protocol/messages/alter-partition-reassignments-request.ts';
import { alterPartitionReassignmentsResponse } from '../../../src/protocol/messages/alter-partition-reassignments-response.ts';
import { createTopicsRequest } from '../../../src/protocol/messages/create-topics-request.ts';
import { createTopicsResponse } from '../../../src/protocol/messages/create-topics-response.ts';
import { deleteTopicsRequest } from '../../../src/protocol/messages/delete-topics-request.ts';
import { deleteTopicsResponse } from '../../../src/protocol/messages/delete-topics-response.ts';
import { electLeadersRequest } from '../../../src/protocol/messages/elect-leaders-request.ts';
import { electLeadersResponse } from '../../../src/protocol/messages/elect-leaders-response.ts';
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
