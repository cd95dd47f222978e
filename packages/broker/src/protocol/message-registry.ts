import { abortTransactionRecord } from './messages/abort-transaction-record.ts';
import { accessControlEntryRecord } from './messages/access-control-entry-record.ts';
import { addOffsetsToTxnRequest } from './messages/add-offsets-to-txn-request.ts';
import { addOffsetsToTxnResponse } from './messages/add-offsets-to-txn-response.ts';
import { addPartitionsToTxnRequest } from './messages/add-partitions-to-txn-request.ts';
import { addPartitionsToTxnResponse } from './messages/add-partitions-to-txn-response.ts';
import { addRaftVoterRequest } from './messages/add-raft-voter-request.ts';
import { addRaftVoterResponse } from './messages/add-raft-voter-response.ts';
import { allocateProducerIdsRequest } from './messages/allocate-producer-ids-request.ts';
import { allocateProducerIdsResponse } from './messages/allocate-producer-ids-response.ts';
import { alterClientQuotasRequest } from './messages/alter-client-quotas-request.ts';
import { alterClientQuotasResponse } from './messages/alter-client-quotas-response.ts';
import { alterConfigsRequest } from './messages/alter-configs-request.ts';
import { alterConfigsResponse } from './messages/alter-configs-response.ts';
import { alterPartitionReassignmentsRequest } from './messages/alter-partition-reassignments-request.ts';
import { alterPartitionReassignmentsResponse } from './messages/alter-partition-reassignments-response.ts';
import { alterPartitionRequest } from './messages/alter-partition-request.ts';
import { alterPartitionResponse } from './messages/alter-partition-response.ts';
import { alterReplicaLogDirsRequest } from './messages/alter-replica-log-dirs-request.ts';
import { alterReplicaLogDirsResponse } from './messages/alter-replica-log-dirs-response.ts';
import { alterShareGroupOffsetsRequest } from './messages/alter-share-group-offsets-request.ts';
import { alterShareGroupOffsetsResponse } from './messages/alter-share-group-offsets-response.ts';
import { alterUserScramCredentialsRequest } from './messages/alter-user-scram-credentials-request.ts';
import { alterUserScramCredentialsResponse } from './messages/alter-user-scram-credentials-response.ts';
import { apiVersionsRequest } from './messages/api-versions-request.ts';
import { apiVersionsResponse } from './messages/api-versions-response.ts';
import { assignReplicasToDirsRequest } from './messages/assign-replicas-to-dirs-request.ts';
import { assignReplicasToDirsResponse } from './messages/assign-replicas-to-dirs-response.ts';
import { beginQuorumEpochRequest } from './messages/begin-quorum-epoch-request.ts';
import { beginQuorumEpochResponse } from './messages/begin-quorum-epoch-response.ts';
import { beginTransactionRecord } from './messages/begin-transaction-record.ts';
import { brokerHeartbeatRequest } from './messages/broker-heartbeat-request.ts';
import { brokerHeartbeatResponse } from './messages/broker-heartbeat-response.ts';
import { brokerRegistrationChangeRecord } from './messages/broker-registration-change-record.ts';
import { brokerRegistrationRequest } from './messages/broker-registration-request.ts';
import { brokerRegistrationResponse } from './messages/broker-registration-response.ts';
import { clearElrRecord } from './messages/clear-elr-record.ts';
import { clientQuotaRecord } from './messages/client-quota-record.ts';
import { configRecord } from './messages/config-record.ts';
import { consumerGroupCurrentMemberAssignmentKey } from './messages/consumer-group-current-member-assignment-key.ts';
import { consumerGroupCurrentMemberAssignmentValue } from './messages/consumer-group-current-member-assignment-value.ts';
import { consumerGroupDescribeRequest } from './messages/consumer-group-describe-request.ts';
import { consumerGroupDescribeResponse } from './messages/consumer-group-describe-response.ts';
import { consumerGroupHeartbeatRequest } from './messages/consumer-group-heartbeat-request.ts';
import { consumerGroupHeartbeatResponse } from './messages/consumer-group-heartbeat-response.ts';
import { consumerGroupMemberMetadataKey } from './messages/consumer-group-member-metadata-key.ts';
import { consumerGroupMemberMetadataValue } from './messages/consumer-group-member-metadata-value.ts';
import { consumerGroupMetadataKey } from './messages/consumer-group-metadata-key.ts';
import { consumerGroupMetadataValue } from './messages/consumer-group-metadata-value.ts';
import { consumerGroupPartitionMetadataKey } from './messages/consumer-group-partition-metadata-key.ts';
import { consumerGroupPartitionMetadataValue } from './messages/consumer-group-partition-metadata-value.ts';
import { consumerGroupRegularExpressionKey } from './messages/consumer-group-regular-expression-key.ts';
import { consumerGroupRegularExpressionValue } from './messages/consumer-group-regular-expression-value.ts';
import { consumerGroupTargetAssignmentMemberKey } from './messages/consumer-group-target-assignment-member-key.ts';
import { consumerGroupTargetAssignmentMemberValue } from './messages/consumer-group-target-assignment-member-value.ts';
import { consumerGroupTargetAssignmentMetadataKey } from './messages/consumer-group-target-assignment-metadata-key.ts';
import { consumerGroupTargetAssignmentMetadataValue } from './messages/consumer-group-target-assignment-metadata-value.ts';
import { consumerProtocolAssignment } from './messages/consumer-protocol-assignment.ts';
import { consumerProtocolSubscription } from './messages/consumer-protocol-subscription.ts';
import { controlRecordTypeSchema } from './messages/control-record-type-schema.ts';
import { controllerRegistrationRequest } from './messages/controller-registration-request.ts';
import { controllerRegistrationResponse } from './messages/controller-registration-response.ts';
import { createAclsRequest } from './messages/create-acls-request.ts';
import { createAclsResponse } from './messages/create-acls-response.ts';
import { createDelegationTokenRequest } from './messages/create-delegation-token-request.ts';
import { createDelegationTokenResponse } from './messages/create-delegation-token-response.ts';
import { createPartitionsRequest } from './messages/create-partitions-request.ts';
import { createPartitionsResponse } from './messages/create-partitions-response.ts';
import { createTopicsRequest } from './messages/create-topics-request.ts';
import { createTopicsResponse } from './messages/create-topics-response.ts';
import { defaultPrincipalData } from './messages/default-principal-data.ts';
import { delegationTokenRecord } from './messages/delegation-token-record.ts';
import { deleteAclsRequest } from './messages/delete-acls-request.ts';
import { deleteAclsResponse } from './messages/delete-acls-response.ts';
import { deleteGroupsRequest } from './messages/delete-groups-request.ts';
import { deleteGroupsResponse } from './messages/delete-groups-response.ts';
import { deleteRecordsRequest } from './messages/delete-records-request.ts';
import { deleteRecordsResponse } from './messages/delete-records-response.ts';
import { deleteShareGroupOffsetsRequest } from './messages/delete-share-group-offsets-request.ts';
import { deleteShareGroupOffsetsResponse } from './messages/delete-share-group-offsets-response.ts';
import { deleteShareGroupStateRequest } from './messages/delete-share-group-state-request.ts';
import { deleteShareGroupStateResponse } from './messages/delete-share-group-state-response.ts';
import { deleteTopicsRequest } from './messages/delete-topics-request.ts';
import { deleteTopicsResponse } from './messages/delete-topics-response.ts';
import { describeAclsRequest } from './messages/describe-acls-request.ts';
import { describeAclsResponse } from './messages/describe-acls-response.ts';
import { describeClientQuotasRequest } from './messages/describe-client-quotas-request.ts';
import { describeClientQuotasResponse } from './messages/describe-client-quotas-response.ts';
import { describeClusterRequest } from './messages/describe-cluster-request.ts';
import { describeClusterResponse } from './messages/describe-cluster-response.ts';
import { describeConfigsRequest } from './messages/describe-configs-request.ts';
import { describeConfigsResponse } from './messages/describe-configs-response.ts';
import { describeDelegationTokenRequest } from './messages/describe-delegation-token-request.ts';
import { describeDelegationTokenResponse } from './messages/describe-delegation-token-response.ts';
import { describeGroupsRequest } from './messages/describe-groups-request.ts';
import { describeGroupsResponse } from './messages/describe-groups-response.ts';
import { describeLogDirsRequest } from './messages/describe-log-dirs-request.ts';
import { describeLogDirsResponse } from './messages/describe-log-dirs-response.ts';
import { describeProducersRequest } from './messages/describe-producers-request.ts';
import { describeProducersResponse } from './messages/describe-producers-response.ts';
import { describeQuorumRequest } from './messages/describe-quorum-request.ts';
import { describeQuorumResponse } from './messages/describe-quorum-response.ts';
import { describeShareGroupOffsetsRequest } from './messages/describe-share-group-offsets-request.ts';
import { describeShareGroupOffsetsResponse } from './messages/describe-share-group-offsets-response.ts';
import { describeTopicPartitionsRequest } from './messages/describe-topic-partitions-request.ts';
import { describeTopicPartitionsResponse } from './messages/describe-topic-partitions-response.ts';
import { describeTransactionsRequest } from './messages/describe-transactions-request.ts';
import { describeTransactionsResponse } from './messages/describe-transactions-response.ts';
import { describeUserScramCredentialsRequest } from './messages/describe-user-scram-credentials-request.ts';
import { describeUserScramCredentialsResponse } from './messages/describe-user-scram-credentials-response.ts';
import { electLeadersRequest } from './messages/elect-leaders-request.ts';
import { electLeadersResponse } from './messages/elect-leaders-response.ts';
import { endQuorumEpochRequest } from './messages/end-quorum-epoch-request.ts';
import { endQuorumEpochResponse } from './messages/end-quorum-epoch-response.ts';
import { endTransactionRecord } from './messages/end-transaction-record.ts';
import { endTxnMarker } from './messages/end-txn-marker.ts';
import { endTxnRequest } from './messages/end-txn-request.ts';
import { endTxnResponse } from './messages/end-txn-response.ts';
import { envelopeRequest } from './messages/envelope-request.ts';
import { envelopeResponse } from './messages/envelope-response.ts';
import { expireDelegationTokenRequest } from './messages/expire-delegation-token-request.ts';
import { expireDelegationTokenResponse } from './messages/expire-delegation-token-response.ts';
import { featureLevelRecord } from './messages/feature-level-record.ts';
import { fenceBrokerRecord } from './messages/fence-broker-record.ts';
import { fetchRequest } from './messages/fetch-request.ts';
import { fetchResponse } from './messages/fetch-response.ts';
import { fetchSnapshotRequest } from './messages/fetch-snapshot-request.ts';
import { fetchSnapshotResponse } from './messages/fetch-snapshot-response.ts';
import { findCoordinatorRequest } from './messages/find-coordinator-request.ts';
import { findCoordinatorResponse } from './messages/find-coordinator-response.ts';
import { getTelemetrySubscriptionsRequest } from './messages/get-telemetry-subscriptions-request.ts';
import { getTelemetrySubscriptionsResponse } from './messages/get-telemetry-subscriptions-response.ts';
import { groupMetadataKey } from './messages/group-metadata-key.ts';
import { groupMetadataValue } from './messages/group-metadata-value.ts';
import { heartbeatRequest } from './messages/heartbeat-request.ts';
import { heartbeatResponse } from './messages/heartbeat-response.ts';
import { incrementalAlterConfigsRequest } from './messages/incremental-alter-configs-request.ts';
import { incrementalAlterConfigsResponse } from './messages/incremental-alter-configs-response.ts';
import { initProducerIdRequest } from './messages/init-producer-id-request.ts';
import { initProducerIdResponse } from './messages/init-producer-id-response.ts';
import { initializeShareGroupStateRequest } from './messages/initialize-share-group-state-request.ts';
import { initializeShareGroupStateResponse } from './messages/initialize-share-group-state-response.ts';
import { joinGroupRequest } from './messages/join-group-request.ts';
import { joinGroupResponse } from './messages/join-group-response.ts';
import { kRaftVersionRecord } from './messages/kraft-version-record.ts';
import { leaderChangeMessage } from './messages/leader-change-message.ts';
import { leaveGroupRequest } from './messages/leave-group-request.ts';
import { leaveGroupResponse } from './messages/leave-group-response.ts';
import { legacyOffsetCommitKey } from './messages/legacy-offset-commit-key.ts';
import { legacyOffsetCommitValue } from './messages/legacy-offset-commit-value.ts';
import { listConfigResourcesRequest } from './messages/list-config-resources-request.ts';
import { listConfigResourcesResponse } from './messages/list-config-resources-response.ts';
import { listGroupsRequest } from './messages/list-groups-request.ts';
import { listGroupsResponse } from './messages/list-groups-response.ts';
import { listOffsetsRequest } from './messages/list-offsets-request.ts';
import { listOffsetsResponse } from './messages/list-offsets-response.ts';
import { listPartitionReassignmentsRequest } from './messages/list-partition-reassignments-request.ts';
import { listPartitionReassignmentsResponse } from './messages/list-partition-reassignments-response.ts';
import { listTransactionsRequest } from './messages/list-transactions-request.ts';
import { listTransactionsResponse } from './messages/list-transactions-response.ts';
import { metadataRequest } from './messages/metadata-request.ts';
import { metadataResponse } from './messages/metadata-response.ts';
import { noOpRecord } from './messages/no-op-record.ts';
import { offsetCommitKey } from './messages/offset-commit-key.ts';
import { offsetCommitRequest } from './messages/offset-commit-request.ts';
import { offsetCommitResponse } from './messages/offset-commit-response.ts';
import { offsetCommitValue } from './messages/offset-commit-value.ts';
import { offsetDeleteRequest } from './messages/offset-delete-request.ts';
import { offsetDeleteResponse } from './messages/offset-delete-response.ts';
import { offsetFetchRequest } from './messages/offset-fetch-request.ts';
import { offsetFetchResponse } from './messages/offset-fetch-response.ts';
import { offsetForLeaderEpochRequest } from './messages/offset-for-leader-epoch-request.ts';
import { offsetForLeaderEpochResponse } from './messages/offset-for-leader-epoch-response.ts';
import { partitionChangeRecord } from './messages/partition-change-record.ts';
import { partitionRecord } from './messages/partition-record.ts';
import { produceRequest } from './messages/produce-request.ts';
import { produceResponse } from './messages/produce-response.ts';
import { producerIdsRecord } from './messages/producer-ids-record.ts';
import { producerSnapshot } from './messages/producer-snapshot.ts';
import { pushTelemetryRequest } from './messages/push-telemetry-request.ts';
import { pushTelemetryResponse } from './messages/push-telemetry-response.ts';
import { quorumStateData } from './messages/quorum-state-data.ts';
import { readShareGroupStateRequest } from './messages/read-share-group-state-request.ts';
import { readShareGroupStateResponse } from './messages/read-share-group-state-response.ts';
import { readShareGroupStateSummaryRequest } from './messages/read-share-group-state-summary-request.ts';
import { readShareGroupStateSummaryResponse } from './messages/read-share-group-state-summary-response.ts';
import { registerBrokerRecord } from './messages/register-broker-record.ts';
import { registerControllerRecord } from './messages/register-controller-record.ts';
import { removeAccessControlEntryRecord } from './messages/remove-access-control-entry-record.ts';
import { removeDelegationTokenRecord } from './messages/remove-delegation-token-record.ts';
import { removeRaftVoterRequest } from './messages/remove-raft-voter-request.ts';
import { removeRaftVoterResponse } from './messages/remove-raft-voter-response.ts';
import { removeTopicRecord } from './messages/remove-topic-record.ts';
import { removeUserScramCredentialRecord } from './messages/remove-user-scram-credential-record.ts';
import { renewDelegationTokenRequest } from './messages/renew-delegation-token-request.ts';
import { renewDelegationTokenResponse } from './messages/renew-delegation-token-response.ts';
import { requestHeader } from './messages/request-header.ts';
import { responseHeader } from './messages/response-header.ts';
import { saslAuthenticateRequest } from './messages/sasl-authenticate-request.ts';
import { saslAuthenticateResponse } from './messages/sasl-authenticate-response.ts';
import { saslHandshakeRequest } from './messages/sasl-handshake-request.ts';
import { saslHandshakeResponse } from './messages/sasl-handshake-response.ts';
import { shareAcknowledgeRequest } from './messages/share-acknowledge-request.ts';
import { shareAcknowledgeResponse } from './messages/share-acknowledge-response.ts';
import { shareFetchRequest } from './messages/share-fetch-request.ts';
import { shareFetchResponse } from './messages/share-fetch-response.ts';
import { shareGroupCurrentMemberAssignmentKey } from './messages/share-group-current-member-assignment-key.ts';
import { shareGroupCurrentMemberAssignmentValue } from './messages/share-group-current-member-assignment-value.ts';
import { shareGroupDescribeRequest } from './messages/share-group-describe-request.ts';
import { shareGroupDescribeResponse } from './messages/share-group-describe-response.ts';
import { shareGroupHeartbeatRequest } from './messages/share-group-heartbeat-request.ts';
import { shareGroupHeartbeatResponse } from './messages/share-group-heartbeat-response.ts';
import { shareGroupMemberMetadataKey } from './messages/share-group-member-metadata-key.ts';
import { shareGroupMemberMetadataValue } from './messages/share-group-member-metadata-value.ts';
import { shareGroupMetadataKey } from './messages/share-group-metadata-key.ts';
import { shareGroupMetadataValue } from './messages/share-group-metadata-value.ts';
import { shareGroupStatePartitionMetadataKey } from './messages/share-group-state-partition-metadata-key.ts';
import { shareGroupStatePartitionMetadataValue } from './messages/share-group-state-partition-metadata-value.ts';
import { shareGroupTargetAssignmentMemberKey } from './messages/share-group-target-assignment-member-key.ts';
import { shareGroupTargetAssignmentMemberValue } from './messages/share-group-target-assignment-member-value.ts';
import { shareGroupTargetAssignmentMetadataKey } from './messages/share-group-target-assignment-metadata-key.ts';
import { shareGroupTargetAssignmentMetadataValue } from './messages/share-group-target-assignment-metadata-value.ts';
import { snapshotFooterRecord } from './messages/snapshot-footer-record.ts';
import { snapshotHeaderRecord } from './messages/snapshot-header-record.ts';
import { streamsGroupCurrentMemberAssignmentKey } from './messages/streams-group-current-member-assignment-key.ts';
import { streamsGroupCurrentMemberAssignmentValue } from './messages/streams-group-current-member-assignment-value.ts';
import { streamsGroupDescribeRequest } from './messages/streams-group-describe-request.ts';
import { streamsGroupDescribeResponse } from './messages/streams-group-describe-response.ts';
import { streamsGroupHeartbeatRequest } from './messages/streams-group-heartbeat-request.ts';
import { streamsGroupHeartbeatResponse } from './messages/streams-group-heartbeat-response.ts';
import { streamsGroupMemberMetadataKey } from './messages/streams-group-member-metadata-key.ts';
import { streamsGroupMemberMetadataValue } from './messages/streams-group-member-metadata-value.ts';
import { streamsGroupMetadataKey } from './messages/streams-group-metadata-key.ts';
import { streamsGroupMetadataValue } from './messages/streams-group-metadata-value.ts';
import { streamsGroupTargetAssignmentMemberKey } from './messages/streams-group-target-assignment-member-key.ts';
import { streamsGroupTargetAssignmentMemberValue } from './messages/streams-group-target-assignment-member-value.ts';
import { streamsGroupTargetAssignmentMetadataKey } from './messages/streams-group-target-assignment-metadata-key.ts';
import { streamsGroupTargetAssignmentMetadataValue } from './messages/streams-group-target-assignment-metadata-value.ts';
import { streamsGroupTopologyKey } from './messages/streams-group-topology-key.ts';
import { streamsGroupTopologyValue } from './messages/streams-group-topology-value.ts';
import { syncGroupRequest } from './messages/sync-group-request.ts';
import { syncGroupResponse } from './messages/sync-group-response.ts';
import { topicRecord } from './messages/topic-record.ts';
import { transactionLogKey } from './messages/transaction-log-key.ts';
import { transactionLogValue } from './messages/transaction-log-value.ts';
import { txnOffsetCommitRequest } from './messages/txn-offset-commit-request.ts';
import { txnOffsetCommitResponse } from './messages/txn-offset-commit-response.ts';
import { unfenceBrokerRecord } from './messages/unfence-broker-record.ts';
import { unregisterBrokerRecord } from './messages/unregister-broker-record.ts';
import { unregisterBrokerRequest } from './messages/unregister-broker-request.ts';
import { unregisterBrokerResponse } from './messages/unregister-broker-response.ts';
import { updateFeaturesRequest } from './messages/update-features-request.ts';
import { updateFeaturesResponse } from './messages/update-features-response.ts';
import { updateRaftVoterRequest } from './messages/update-raft-voter-request.ts';
import { updateRaftVoterResponse } from './messages/update-raft-voter-response.ts';
import { userScramCredentialRecord } from './messages/user-scram-credential-record.ts';
import { voteRequest } from './messages/vote-request.ts';
import { voteResponse } from './messages/vote-response.ts';
import { votersRecord } from './messages/voters-record.ts';
import { writeShareGroupStateRequest } from './messages/write-share-group-state-request.ts';
import { writeShareGroupStateResponse } from './messages/write-share-group-state-response.ts';
import { writeTxnMarkersRequest } from './messages/write-txn-markers-request.ts';
import { writeTxnMarkersResponse } from './messages/write-txn-markers-response.ts';
import { zkMigrationStateRecord } from './messages/zk-migration-state-record.ts';

/**
 * Every message by Kafka's name for it. Importing this loads all declarations: the broker's own rooms import the
 * declarations they use instead.
 */
export const messages = {
  AbortTransactionRecord: abortTransactionRecord,
  AccessControlEntryRecord: accessControlEntryRecord,
  AddOffsetsToTxnRequest: addOffsetsToTxnRequest,
  AddOffsetsToTxnResponse: addOffsetsToTxnResponse,
  AddPartitionsToTxnRequest: addPartitionsToTxnRequest,
  AddPartitionsToTxnResponse: addPartitionsToTxnResponse,
  AddRaftVoterRequest: addRaftVoterRequest,
  AddRaftVoterResponse: addRaftVoterResponse,
  AllocateProducerIdsRequest: allocateProducerIdsRequest,
  AllocateProducerIdsResponse: allocateProducerIdsResponse,
  AlterClientQuotasRequest: alterClientQuotasRequest,
  AlterClientQuotasResponse: alterClientQuotasResponse,
  AlterConfigsRequest: alterConfigsRequest,
  AlterConfigsResponse: alterConfigsResponse,
  AlterPartitionReassignmentsRequest: alterPartitionReassignmentsRequest,
  AlterPartitionReassignmentsResponse: alterPartitionReassignmentsResponse,
  AlterPartitionRequest: alterPartitionRequest,
  AlterPartitionResponse: alterPartitionResponse,
  AlterReplicaLogDirsRequest: alterReplicaLogDirsRequest,
  AlterReplicaLogDirsResponse: alterReplicaLogDirsResponse,
  AlterShareGroupOffsetsRequest: alterShareGroupOffsetsRequest,
  AlterShareGroupOffsetsResponse: alterShareGroupOffsetsResponse,
  AlterUserScramCredentialsRequest: alterUserScramCredentialsRequest,
  AlterUserScramCredentialsResponse: alterUserScramCredentialsResponse,
  ApiVersionsRequest: apiVersionsRequest,
  ApiVersionsResponse: apiVersionsResponse,
  AssignReplicasToDirsRequest: assignReplicasToDirsRequest,
  AssignReplicasToDirsResponse: assignReplicasToDirsResponse,
  BeginQuorumEpochRequest: beginQuorumEpochRequest,
  BeginQuorumEpochResponse: beginQuorumEpochResponse,
  BeginTransactionRecord: beginTransactionRecord,
  BrokerHeartbeatRequest: brokerHeartbeatRequest,
  BrokerHeartbeatResponse: brokerHeartbeatResponse,
  BrokerRegistrationChangeRecord: brokerRegistrationChangeRecord,
  BrokerRegistrationRequest: brokerRegistrationRequest,
  BrokerRegistrationResponse: brokerRegistrationResponse,
  ClearElrRecord: clearElrRecord,
  ClientQuotaRecord: clientQuotaRecord,
  ConfigRecord: configRecord,
  ConsumerGroupCurrentMemberAssignmentKey: consumerGroupCurrentMemberAssignmentKey,
  ConsumerGroupCurrentMemberAssignmentValue: consumerGroupCurrentMemberAssignmentValue,
  ConsumerGroupDescribeRequest: consumerGroupDescribeRequest,
  ConsumerGroupDescribeResponse: consumerGroupDescribeResponse,
  ConsumerGroupHeartbeatRequest: consumerGroupHeartbeatRequest,
  ConsumerGroupHeartbeatResponse: consumerGroupHeartbeatResponse,
  ConsumerGroupMemberMetadataKey: consumerGroupMemberMetadataKey,
  ConsumerGroupMemberMetadataValue: consumerGroupMemberMetadataValue,
  ConsumerGroupMetadataKey: consumerGroupMetadataKey,
  ConsumerGroupMetadataValue: consumerGroupMetadataValue,
  ConsumerGroupPartitionMetadataKey: consumerGroupPartitionMetadataKey,
  ConsumerGroupPartitionMetadataValue: consumerGroupPartitionMetadataValue,
  ConsumerGroupRegularExpressionKey: consumerGroupRegularExpressionKey,
  ConsumerGroupRegularExpressionValue: consumerGroupRegularExpressionValue,
  ConsumerGroupTargetAssignmentMemberKey: consumerGroupTargetAssignmentMemberKey,
  ConsumerGroupTargetAssignmentMemberValue: consumerGroupTargetAssignmentMemberValue,
  ConsumerGroupTargetAssignmentMetadataKey: consumerGroupTargetAssignmentMetadataKey,
  ConsumerGroupTargetAssignmentMetadataValue: consumerGroupTargetAssignmentMetadataValue,
  ConsumerProtocolAssignment: consumerProtocolAssignment,
  ConsumerProtocolSubscription: consumerProtocolSubscription,
  ControlRecordTypeSchema: controlRecordTypeSchema,
  ControllerRegistrationRequest: controllerRegistrationRequest,
  ControllerRegistrationResponse: controllerRegistrationResponse,
  CreateAclsRequest: createAclsRequest,
  CreateAclsResponse: createAclsResponse,
  CreateDelegationTokenRequest: createDelegationTokenRequest,
  CreateDelegationTokenResponse: createDelegationTokenResponse,
  CreatePartitionsRequest: createPartitionsRequest,
  CreatePartitionsResponse: createPartitionsResponse,
  CreateTopicsRequest: createTopicsRequest,
  CreateTopicsResponse: createTopicsResponse,
  DefaultPrincipalData: defaultPrincipalData,
  DelegationTokenRecord: delegationTokenRecord,
  DeleteAclsRequest: deleteAclsRequest,
  DeleteAclsResponse: deleteAclsResponse,
  DeleteGroupsRequest: deleteGroupsRequest,
  DeleteGroupsResponse: deleteGroupsResponse,
  DeleteRecordsRequest: deleteRecordsRequest,
  DeleteRecordsResponse: deleteRecordsResponse,
  DeleteShareGroupOffsetsRequest: deleteShareGroupOffsetsRequest,
  DeleteShareGroupOffsetsResponse: deleteShareGroupOffsetsResponse,
  DeleteShareGroupStateRequest: deleteShareGroupStateRequest,
  DeleteShareGroupStateResponse: deleteShareGroupStateResponse,
  DeleteTopicsRequest: deleteTopicsRequest,
  DeleteTopicsResponse: deleteTopicsResponse,
  DescribeAclsRequest: describeAclsRequest,
  DescribeAclsResponse: describeAclsResponse,
  DescribeClientQuotasRequest: describeClientQuotasRequest,
  DescribeClientQuotasResponse: describeClientQuotasResponse,
  DescribeClusterRequest: describeClusterRequest,
  DescribeClusterResponse: describeClusterResponse,
  DescribeConfigsRequest: describeConfigsRequest,
  DescribeConfigsResponse: describeConfigsResponse,
  DescribeDelegationTokenRequest: describeDelegationTokenRequest,
  DescribeDelegationTokenResponse: describeDelegationTokenResponse,
  DescribeGroupsRequest: describeGroupsRequest,
  DescribeGroupsResponse: describeGroupsResponse,
  DescribeLogDirsRequest: describeLogDirsRequest,
  DescribeLogDirsResponse: describeLogDirsResponse,
  DescribeProducersRequest: describeProducersRequest,
  DescribeProducersResponse: describeProducersResponse,
  DescribeQuorumRequest: describeQuorumRequest,
  DescribeQuorumResponse: describeQuorumResponse,
  DescribeShareGroupOffsetsRequest: describeShareGroupOffsetsRequest,
  DescribeShareGroupOffsetsResponse: describeShareGroupOffsetsResponse,
  DescribeTopicPartitionsRequest: describeTopicPartitionsRequest,
  DescribeTopicPartitionsResponse: describeTopicPartitionsResponse,
  DescribeTransactionsRequest: describeTransactionsRequest,
  DescribeTransactionsResponse: describeTransactionsResponse,
  DescribeUserScramCredentialsRequest: describeUserScramCredentialsRequest,
  DescribeUserScramCredentialsResponse: describeUserScramCredentialsResponse,
  ElectLeadersRequest: electLeadersRequest,
  ElectLeadersResponse: electLeadersResponse,
  EndQuorumEpochRequest: endQuorumEpochRequest,
  EndQuorumEpochResponse: endQuorumEpochResponse,
  EndTransactionRecord: endTransactionRecord,
  EndTxnMarker: endTxnMarker,
  EndTxnRequest: endTxnRequest,
  EndTxnResponse: endTxnResponse,
  EnvelopeRequest: envelopeRequest,
  EnvelopeResponse: envelopeResponse,
  ExpireDelegationTokenRequest: expireDelegationTokenRequest,
  ExpireDelegationTokenResponse: expireDelegationTokenResponse,
  FeatureLevelRecord: featureLevelRecord,
  FenceBrokerRecord: fenceBrokerRecord,
  FetchRequest: fetchRequest,
  FetchResponse: fetchResponse,
  FetchSnapshotRequest: fetchSnapshotRequest,
  FetchSnapshotResponse: fetchSnapshotResponse,
  FindCoordinatorRequest: findCoordinatorRequest,
  FindCoordinatorResponse: findCoordinatorResponse,
  GetTelemetrySubscriptionsRequest: getTelemetrySubscriptionsRequest,
  GetTelemetrySubscriptionsResponse: getTelemetrySubscriptionsResponse,
  GroupMetadataKey: groupMetadataKey,
  GroupMetadataValue: groupMetadataValue,
  HeartbeatRequest: heartbeatRequest,
  HeartbeatResponse: heartbeatResponse,
  IncrementalAlterConfigsRequest: incrementalAlterConfigsRequest,
  IncrementalAlterConfigsResponse: incrementalAlterConfigsResponse,
  InitProducerIdRequest: initProducerIdRequest,
  InitProducerIdResponse: initProducerIdResponse,
  InitializeShareGroupStateRequest: initializeShareGroupStateRequest,
  InitializeShareGroupStateResponse: initializeShareGroupStateResponse,
  JoinGroupRequest: joinGroupRequest,
  JoinGroupResponse: joinGroupResponse,
  KRaftVersionRecord: kRaftVersionRecord,
  LeaderChangeMessage: leaderChangeMessage,
  LeaveGroupRequest: leaveGroupRequest,
  LeaveGroupResponse: leaveGroupResponse,
  LegacyOffsetCommitKey: legacyOffsetCommitKey,
  LegacyOffsetCommitValue: legacyOffsetCommitValue,
  ListConfigResourcesRequest: listConfigResourcesRequest,
  ListConfigResourcesResponse: listConfigResourcesResponse,
  ListGroupsRequest: listGroupsRequest,
  ListGroupsResponse: listGroupsResponse,
  ListOffsetsRequest: listOffsetsRequest,
  ListOffsetsResponse: listOffsetsResponse,
  ListPartitionReassignmentsRequest: listPartitionReassignmentsRequest,
  ListPartitionReassignmentsResponse: listPartitionReassignmentsResponse,
  ListTransactionsRequest: listTransactionsRequest,
  ListTransactionsResponse: listTransactionsResponse,
  MetadataRequest: metadataRequest,
  MetadataResponse: metadataResponse,
  NoOpRecord: noOpRecord,
  OffsetCommitKey: offsetCommitKey,
  OffsetCommitRequest: offsetCommitRequest,
  OffsetCommitResponse: offsetCommitResponse,
  OffsetCommitValue: offsetCommitValue,
  OffsetDeleteRequest: offsetDeleteRequest,
  OffsetDeleteResponse: offsetDeleteResponse,
  OffsetFetchRequest: offsetFetchRequest,
  OffsetFetchResponse: offsetFetchResponse,
  OffsetForLeaderEpochRequest: offsetForLeaderEpochRequest,
  OffsetForLeaderEpochResponse: offsetForLeaderEpochResponse,
  PartitionChangeRecord: partitionChangeRecord,
  PartitionRecord: partitionRecord,
  ProduceRequest: produceRequest,
  ProduceResponse: produceResponse,
  ProducerIdsRecord: producerIdsRecord,
  ProducerSnapshot: producerSnapshot,
  PushTelemetryRequest: pushTelemetryRequest,
  PushTelemetryResponse: pushTelemetryResponse,
  QuorumStateData: quorumStateData,
  ReadShareGroupStateRequest: readShareGroupStateRequest,
  ReadShareGroupStateResponse: readShareGroupStateResponse,
  ReadShareGroupStateSummaryRequest: readShareGroupStateSummaryRequest,
  ReadShareGroupStateSummaryResponse: readShareGroupStateSummaryResponse,
  RegisterBrokerRecord: registerBrokerRecord,
  RegisterControllerRecord: registerControllerRecord,
  RemoveAccessControlEntryRecord: removeAccessControlEntryRecord,
  RemoveDelegationTokenRecord: removeDelegationTokenRecord,
  RemoveRaftVoterRequest: removeRaftVoterRequest,
  RemoveRaftVoterResponse: removeRaftVoterResponse,
  RemoveTopicRecord: removeTopicRecord,
  RemoveUserScramCredentialRecord: removeUserScramCredentialRecord,
  RenewDelegationTokenRequest: renewDelegationTokenRequest,
  RenewDelegationTokenResponse: renewDelegationTokenResponse,
  RequestHeader: requestHeader,
  ResponseHeader: responseHeader,
  SaslAuthenticateRequest: saslAuthenticateRequest,
  SaslAuthenticateResponse: saslAuthenticateResponse,
  SaslHandshakeRequest: saslHandshakeRequest,
  SaslHandshakeResponse: saslHandshakeResponse,
  ShareAcknowledgeRequest: shareAcknowledgeRequest,
  ShareAcknowledgeResponse: shareAcknowledgeResponse,
  ShareFetchRequest: shareFetchRequest,
  ShareFetchResponse: shareFetchResponse,
  ShareGroupCurrentMemberAssignmentKey: shareGroupCurrentMemberAssignmentKey,
  ShareGroupCurrentMemberAssignmentValue: shareGroupCurrentMemberAssignmentValue,
  ShareGroupDescribeRequest: shareGroupDescribeRequest,
  ShareGroupDescribeResponse: shareGroupDescribeResponse,
  ShareGroupHeartbeatRequest: shareGroupHeartbeatRequest,
  ShareGroupHeartbeatResponse: shareGroupHeartbeatResponse,
  ShareGroupMemberMetadataKey: shareGroupMemberMetadataKey,
  ShareGroupMemberMetadataValue: shareGroupMemberMetadataValue,
  ShareGroupMetadataKey: shareGroupMetadataKey,
  ShareGroupMetadataValue: shareGroupMetadataValue,
  ShareGroupStatePartitionMetadataKey: shareGroupStatePartitionMetadataKey,
  ShareGroupStatePartitionMetadataValue: shareGroupStatePartitionMetadataValue,
  ShareGroupTargetAssignmentMemberKey: shareGroupTargetAssignmentMemberKey,
  ShareGroupTargetAssignmentMemberValue: shareGroupTargetAssignmentMemberValue,
  ShareGroupTargetAssignmentMetadataKey: shareGroupTargetAssignmentMetadataKey,
  ShareGroupTargetAssignmentMetadataValue: shareGroupTargetAssignmentMetadataValue,
  SnapshotFooterRecord: snapshotFooterRecord,
  SnapshotHeaderRecord: snapshotHeaderRecord,
  StreamsGroupCurrentMemberAssignmentKey: streamsGroupCurrentMemberAssignmentKey,
  StreamsGroupCurrentMemberAssignmentValue: streamsGroupCurrentMemberAssignmentValue,
  StreamsGroupDescribeRequest: streamsGroupDescribeRequest,
  StreamsGroupDescribeResponse: streamsGroupDescribeResponse,
  StreamsGroupHeartbeatRequest: streamsGroupHeartbeatRequest,
  StreamsGroupHeartbeatResponse: streamsGroupHeartbeatResponse,
  StreamsGroupMemberMetadataKey: streamsGroupMemberMetadataKey,
  StreamsGroupMemberMetadataValue: streamsGroupMemberMetadataValue,
  StreamsGroupMetadataKey: streamsGroupMetadataKey,
  StreamsGroupMetadataValue: streamsGroupMetadataValue,
  StreamsGroupTargetAssignmentMemberKey: streamsGroupTargetAssignmentMemberKey,
  StreamsGroupTargetAssignmentMemberValue: streamsGroupTargetAssignmentMemberValue,
  StreamsGroupTargetAssignmentMetadataKey: streamsGroupTargetAssignmentMetadataKey,
  StreamsGroupTargetAssignmentMetadataValue: streamsGroupTargetAssignmentMetadataValue,
  StreamsGroupTopologyKey: streamsGroupTopologyKey,
  StreamsGroupTopologyValue: streamsGroupTopologyValue,
  SyncGroupRequest: syncGroupRequest,
  SyncGroupResponse: syncGroupResponse,
  TopicRecord: topicRecord,
  TransactionLogKey: transactionLogKey,
  TransactionLogValue: transactionLogValue,
  TxnOffsetCommitRequest: txnOffsetCommitRequest,
  TxnOffsetCommitResponse: txnOffsetCommitResponse,
  UnfenceBrokerRecord: unfenceBrokerRecord,
  UnregisterBrokerRecord: unregisterBrokerRecord,
  UnregisterBrokerRequest: unregisterBrokerRequest,
  UnregisterBrokerResponse: unregisterBrokerResponse,
  UpdateFeaturesRequest: updateFeaturesRequest,
  UpdateFeaturesResponse: updateFeaturesResponse,
  UpdateRaftVoterRequest: updateRaftVoterRequest,
  UpdateRaftVoterResponse: updateRaftVoterResponse,
  UserScramCredentialRecord: userScramCredentialRecord,
  VoteRequest: voteRequest,
  VoteResponse: voteResponse,
  VotersRecord: votersRecord,
  WriteShareGroupStateRequest: writeShareGroupStateRequest,
  WriteShareGroupStateResponse: writeShareGroupStateResponse,
  WriteTxnMarkersRequest: writeTxnMarkersRequest,
  WriteTxnMarkersResponse: writeTxnMarkersResponse,
  ZkMigrationStateRecord: zkMigrationStateRecord,
};

export type MessageName = keyof typeof messages;
