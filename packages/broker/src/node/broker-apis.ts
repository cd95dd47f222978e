import { SUPPORTED_FEATURES } from '../controller/bootstrap.ts';
import { type AddOffsetsToTxnNeeds, addOffsetsToTxnHandler } from '../handlers/add-offsets-to-txn.ts';
import {
  type AddPartitionsToTxnNeeds,
  addPartitionsToTxnHandler,
} from '../handlers/add-partitions-to-txn.ts';
import { addRaftVoterHandler } from '../handlers/add-raft-voter.ts';
import {
  type AllocateProducerIdsNeeds,
  allocateProducerIdsHandler,
} from '../handlers/allocate-producer-ids.ts';
import { alterConfigsHandler } from '../handlers/alter-configs.ts';
import { type AlterPartitionNeeds, alterPartitionHandler } from '../handlers/alter-partition.ts';
import {
  type AlterPartitionReassignmentsNeeds,
  alterPartitionReassignmentsHandler,
} from '../handlers/alter-partition-reassignments.ts';
import { alterReplicaLogDirsHandler } from '../handlers/alter-replica-log-dirs.ts';
import { apiVersionsHandler, type FinalizedFeatures } from '../handlers/api-versions.ts';
import { assignReplicasToDirsHandler } from '../handlers/assign-replicas-to-dirs.ts';
import { beginQuorumEpochHandler } from '../handlers/begin-quorum-epoch.ts';
import { type BrokerHeartbeatNeeds, brokerHeartbeatHandler } from '../handlers/broker-heartbeat.ts';
import { type BrokerRegistrationNeeds, brokerRegistrationHandler } from '../handlers/broker-registration.ts';
import { consumerGroupDescribeHandler } from '../handlers/consumer-group-describe.ts';
import { consumerGroupHeartbeatHandler } from '../handlers/consumer-group-heartbeat.ts';
import { controllerRegistrationHandler } from '../handlers/controller-registration.ts';
import { type CreatePartitionsNeeds, createPartitionsHandler } from '../handlers/create-partitions.ts';
import { createTopicsHandler } from '../handlers/create-topics.ts';
import { deleteGroupsHandler } from '../handlers/delete-groups.ts';
import { deleteRecordsHandler } from '../handlers/delete-records.ts';
import { type DeleteTopicsNeeds, deleteTopicsHandler } from '../handlers/delete-topics.ts';
import {
  type DescribeClusterNeeds,
  type DescribeControllersNeeds,
  describeClusterHandler,
  describeControllersHandler,
} from '../handlers/describe-cluster.ts';
import { type DescribeConfigsNeeds, describeConfigsHandler } from '../handlers/describe-configs.ts';
import { describeGroupsHandler } from '../handlers/describe-groups.ts';
import { type DescribeLogDirsNeeds, describeLogDirsHandler } from '../handlers/describe-log-dirs.ts';
import { describeProducersHandler } from '../handlers/describe-producers.ts';
import { type DescribeQuorumNeeds, describeQuorumHandler } from '../handlers/describe-quorum.ts';
import {
  type DescribeTopicPartitionsNeeds,
  describeTopicPartitionsHandler,
} from '../handlers/describe-topic-partitions.ts';
import { describeTransactionsHandler } from '../handlers/describe-transactions.ts';
import { type ApiEntry, advertisedRange } from '../handlers/dispatch.ts';
import { type ElectLeadersNeeds, electLeadersHandler } from '../handlers/elect-leaders.ts';
import { endQuorumEpochHandler } from '../handlers/end-quorum-epoch.ts';
import { endTxnHandler } from '../handlers/end-txn.ts';
import { type EnvelopeNeeds, envelopeHandler } from '../handlers/envelope.ts';
import { type FetchNeeds, fetchHandler } from '../handlers/fetch.ts';
import { fetchMetadataLogHandler } from '../handlers/fetch-metadata-log.ts';
import { fetchSnapshotHandler } from '../handlers/fetch-snapshot.ts';
import { type FindCoordinatorNeeds, findCoordinatorHandler } from '../handlers/find-coordinator.ts';
import type { ConsumerGroupNeeds } from '../handlers/group-access.ts';
import { heartbeatHandler } from '../handlers/heartbeat.ts';
import {
  type AlterConfigsNeeds,
  incrementalAlterConfigsHandler,
} from '../handlers/incremental-alter-configs.ts';
import { type InitProducerIdNeeds, initProducerIdHandler } from '../handlers/init-producer-id.ts';
import { joinGroupHandler } from '../handlers/join-group.ts';
import { leaveGroupHandler } from '../handlers/leave-group.ts';
import { listConfigResourcesHandler } from '../handlers/list-config-resources.ts';
import { listGroupsHandler } from '../handlers/list-groups.ts';
import { listOffsetsHandler } from '../handlers/list-offsets.ts';
import {
  type ListPartitionReassignmentsNeeds,
  listPartitionReassignmentsHandler,
} from '../handlers/list-partition-reassignments.ts';
import { type ListTransactionsNeeds, listTransactionsHandler } from '../handlers/list-transactions.ts';
import { type MetadataNeeds, metadataHandler } from '../handlers/metadata.ts';
import { offsetCommitHandler } from '../handlers/offset-commit.ts';
import { offsetDeleteHandler } from '../handlers/offset-delete.ts';
import { offsetFetchHandler } from '../handlers/offset-fetch.ts';
import { offsetForLeaderEpochHandler } from '../handlers/offset-for-leader-epoch.ts';
import { type ProduceNeeds, produceHandler } from '../handlers/produce.ts';
import type { QuorumNeeds } from '../handlers/quorum-answer.ts';
import type { RaftVoterNeeds } from '../handlers/raft-voters.ts';
import { removeRaftVoterHandler } from '../handlers/remove-raft-voter.ts';
import { syncGroupHandler } from '../handlers/sync-group.ts';
import { type TxnOffsetCommitNeeds, txnOffsetCommitHandler } from '../handlers/txn-offset-commit.ts';
import { type UnregisterBrokerNeeds, unregisterBrokerHandler } from '../handlers/unregister-broker.ts';
import { updateFeaturesHandler } from '../handlers/update-features.ts';
import { type UpdateRaftVoterNeeds, updateRaftVoterHandler } from '../handlers/update-raft-voter.ts';
import { voteHandler } from '../handlers/vote.ts';
import { type WriteTxnMarkersNeeds, writeTxnMarkersHandler } from '../handlers/write-txn-markers.ts';

/** Everything that some handler of the client listeners needs. */
export type BrokerApiNeeds = FetchNeeds &
  ProduceNeeds &
  DescribeLogDirsNeeds &
  FindCoordinatorNeeds &
  ConsumerGroupNeeds &
  AddPartitionsToTxnNeeds &
  AddOffsetsToTxnNeeds &
  ListTransactionsNeeds &
  TxnOffsetCommitNeeds &
  WriteTxnMarkersNeeds &
  InitProducerIdNeeds &
  MetadataNeeds &
  CreatePartitionsNeeds &
  DeleteTopicsNeeds &
  AlterConfigsNeeds &
  DescribeClusterNeeds &
  DescribeConfigsNeeds &
  DescribeQuorumNeeds &
  DescribeTopicPartitionsNeeds &
  ReplicationAdminNeeds;

/** What those need that both kinds of listeners answer. */
type ReplicationAdminNeeds = ElectLeadersNeeds &
  AlterPartitionReassignmentsNeeds &
  ListPartitionReassignmentsNeeds &
  RaftVoterNeeds &
  UnregisterBrokerNeeds;

/** What listeners of clients and brokers answer. Nothing else is advertised. */
export function brokerApis(needs: BrokerApiNeeds, finalizedFeatures: () => FinalizedFeatures): ApiEntry[] {
  return withApiVersions(
    [
      { handler: produceHandler(needs), advertisedFrom: 0, overlaps: true, letsGo: true },
      { handler: fetchHandler(needs) },
      { handler: listOffsetsHandler(needs) },
      { handler: metadataHandler(needs) },
      { handler: offsetCommitHandler(needs) },
      { handler: offsetFetchHandler(needs) },
      { handler: findCoordinatorHandler(needs) },
      { handler: joinGroupHandler(needs) },
      { handler: heartbeatHandler(needs) },
      { handler: leaveGroupHandler(needs) },
      { handler: syncGroupHandler(needs) },
      { handler: describeGroupsHandler(needs) },
      { handler: listGroupsHandler(needs) },
      { handler: consumerGroupHeartbeatHandler(needs) },
      { handler: consumerGroupDescribeHandler(needs) },
      { handler: deleteRecordsHandler(needs) },
      { handler: initProducerIdHandler(needs) },
      { handler: addPartitionsToTxnHandler(needs) },
      { handler: addOffsetsToTxnHandler(needs) },
      { handler: endTxnHandler(needs) },
      { handler: writeTxnMarkersHandler(needs) },
      { handler: txnOffsetCommitHandler(needs) },
      { handler: offsetForLeaderEpochHandler(needs) },
      { handler: alterReplicaLogDirsHandler(needs) },
      { handler: describeLogDirsHandler(needs) },
      { handler: deleteGroupsHandler(needs) },
      { handler: offsetDeleteHandler(needs) },
      { handler: describeConfigsHandler(needs) },
      { handler: listConfigResourcesHandler(needs) },
      { handler: describeProducersHandler(needs) },
      { handler: describeTransactionsHandler(needs) },
      { handler: listTransactionsHandler(needs) },
      { handler: describeClusterHandler(needs) },
      { handler: describeTopicPartitionsHandler(needs) },
      ...forwardableApis(needs),
    ],
    finalizedFeatures,
  );
}

function replicationAdminApis(needs: ReplicationAdminNeeds): ApiEntry[] {
  return [
    { handler: electLeadersHandler(needs), forwards: true },
    { handler: alterPartitionReassignmentsHandler(needs), forwards: true },
    { handler: listPartitionReassignmentsHandler(needs), forwards: true },
    { handler: unregisterBrokerHandler(needs), forwards: true },
    { handler: addRaftVoterHandler(needs), forwards: true },
    { handler: removeRaftVoterHandler(needs), forwards: true },
    { handler: updateFeaturesHandler(needs), forwards: true },
  ];
}

/** What an envelope may hold: those of the client listeners' APIs that are sent on to the controller. */
export function forwardableApis(needs: ForwardableApiNeeds): ApiEntry[] {
  return [
    { handler: createTopicsHandler(needs), forwards: true },
    { handler: deleteTopicsHandler(needs), forwards: true },
    { handler: createPartitionsHandler(needs), forwards: true },
    // Whoever is asked looks first whether its own configs are meant.
    { handler: alterConfigsHandler(needs) },
    { handler: incrementalAlterConfigsHandler(needs) },
    { handler: describeQuorumHandler(needs), forwards: true },
    ...replicationAdminApis(needs),
  ];
}

type ForwardableApiNeeds = ReplicationAdminNeeds &
  AlterConfigsNeeds &
  CreatePartitionsNeeds &
  DeleteTopicsNeeds &
  DescribeQuorumNeeds;

/** Everything that some handler of the controller's listener needs. */
type ControllerApiNeeds = EnvelopeNeeds &
  AllocateProducerIdsNeeds &
  AlterPartitionNeeds &
  CreatePartitionsNeeds &
  DeleteTopicsNeeds &
  BrokerHeartbeatNeeds &
  BrokerRegistrationNeeds &
  ReplicationAdminNeeds &
  AlterConfigsNeeds &
  DescribeConfigsNeeds &
  DescribeControllersNeeds &
  DescribeQuorumNeeds &
  QuorumNeeds &
  UpdateRaftVoterNeeds;

/** What the controller's listener answers. */
export function controllerApis(
  needs: ControllerApiNeeds,
  finalizedFeatures: () => FinalizedFeatures,
): ApiEntry[] {
  return withApiVersions(
    [
      { handler: envelopeHandler(needs) },
      { handler: describeControllersHandler(needs) },
      ...forwardableApis(needs),
      { handler: describeConfigsHandler(needs) },
      { handler: allocateProducerIdsHandler(needs) },
      { handler: assignReplicasToDirsHandler(needs) },
      { handler: controllerRegistrationHandler(needs) },
      { handler: alterPartitionHandler(needs) },
      { handler: brokerRegistrationHandler(needs) },
      { handler: brokerHeartbeatHandler(needs) },
      { handler: fetchMetadataLogHandler(needs) },
      { handler: voteHandler(needs) },
      { handler: beginQuorumEpochHandler(needs) },
      { handler: endQuorumEpochHandler(needs) },
      { handler: fetchSnapshotHandler(needs) },
      { handler: updateRaftVoterHandler(needs) },
    ],
    finalizedFeatures,
  );
}

function withApiVersions(entries: ApiEntry[], finalizedFeatures: () => FinalizedFeatures): ApiEntry[] {
  const apiVersions = apiVersionsHandler({
    ranges: () => ranges,
    supportedFeatures: SUPPORTED_FEATURES,
    finalizedFeatures,
  });
  const all = [...entries, { handler: apiVersions }];
  const ranges = all.map(advertisedRange).sort((left, right) => left.apiKey - right.apiKey);
  return all;
}
