import type { BrokerAct } from './brokers.ts';

/**
 * Every route of the console's API. `:cluster`, `:topic` and `:group` are URI-encoded; `:broker` is an id.
 * All need `Authorization: Bearer <token>`; those that are not GET also need our own `Origin` and
 * `Content-Type: application/json`. Answers of status 400 and above carry `ErrorBody`.
 *
 * | route | query or body | answer |
 * |---|---|---|
 * | GET  /api/server | | ServerInfo |
 * | GET  /api/events | SSE, read by fetch | ServerEvent frames |
 * | GET  /api/clusters | | ClusterList |
 * | GET  /api/clusters/:cluster/overview | | Overview |
 * | GET  /api/clusters/:cluster/brokers | | BrokerList |
 * | GET  /api/clusters/:cluster/brokers/:broker/impact | | BrokerImpact |
 * | POST /api/clusters/:cluster/brokers/:broker/{start,stop,restart,kill,pause,resume} | {} | BrokerProcess |
 * | GET  /api/clusters/:cluster/quorum | | Quorum |
 * | GET  /api/clusters/:cluster/replicas | | ReplicaMatrix |
 * | GET  /api/clusters/:cluster/events | ClusterEventsQuery | ClusterEvents |
 * | POST /api/clusters/:cluster/elections | PreferredElectionRequest | PreferredElectionOutcome |
 * | GET  /api/clusters/:cluster/reassignments | | ReassignmentStatus |
 * | POST /api/clusters/:cluster/reassignments | StartReassignmentRequest | ReassignmentOutcome |
 * | POST /api/clusters/:cluster/reassignments/plan | ReassignmentGoal | ReassignmentPlan |
 * | POST /api/clusters/:cluster/reassignments/cancel | CancelReassignmentRequest | ReassignmentOutcome |
 * | POST /api/clusters/:cluster/reassignments/throttle | ThrottleRequest | ReassignmentStatus |
 * | GET  /api/clusters/:cluster/topics | | TopicList |
 * | POST /api/clusters/:cluster/topics | CreateTopicRequest | 201 CreateTopicResponse |
 * | GET  /api/clusters/:cluster/topics/:topic | | TopicDetail |
 * | GET  /api/clusters/:cluster/topics/:topic/configs | | TopicConfigs |
 * | GET  /api/clusters/:cluster/topics/:topic/records | PeekQuery | PeekResponse |
 * | POST /api/clusters/:cluster/topics/:topic/records | ProduceRecordRequest | 201 ProduceRecordResponse |
 * | GET  /api/clusters/:cluster/groups | | GroupList |
 * | GET  /api/clusters/:cluster/groups/:group | | GroupDetail |
 * | GET  /api/clusters/:cluster/groups/:group/lag | LagSeriesQuery | LagSeries |
 * | GET  /api/clusters/:cluster/groups/:group/rebalances | | GroupTimeline |
 * | GET  /api/clusters/:cluster/groups/:group/offsets/reset | | LastReset |
 * | POST /api/clusters/:cluster/groups/:group/offsets/plan | ResetGoal | ResetPlan |
 * | POST /api/clusters/:cluster/groups/:group/offsets/reset | ResetRequest | ResetOutcome |
 * | POST /api/clusters/:cluster/groups/:group/offsets/undo | UndoRequest | ResetOutcome |
 * | GET  /api/clusters/:cluster/transactions | | TransactionList |
 * | POST /api/clusters/:cluster/transactions/abort | AbortRequest | AbortOutcome |
 * | GET  /api/clusters/:cluster/demo | | DemoStatus |
 * | POST /api/clusters/:cluster/demo/start | {} | DemoStatus |
 * | POST /api/clusters/:cluster/demo/stop | {} | DemoStatus |
 *
 * Open without a token: GET /api/openapi.json, GET /metrics, GET /v3/kafka/…, static files.
 */
export const paths = {
  server: () => '/api/server',
  events: () => '/api/events',
  clusters: () => '/api/clusters',
  overview: (cluster: string) => `${clusterPath(cluster)}/overview`,
  brokers: (cluster: string) => `${clusterPath(cluster)}/brokers`,
  brokerImpact: (cluster: string, broker: number) => `${clusterPath(cluster)}/brokers/${broker}/impact`,
  brokerAct: (cluster: string, broker: number, act: BrokerAct) =>
    `${clusterPath(cluster)}/brokers/${broker}/${act}`,
  quorum: (cluster: string) => `${clusterPath(cluster)}/quorum`,
  replicas: (cluster: string) => `${clusterPath(cluster)}/replicas`,
  clusterEvents: (cluster: string) => `${clusterPath(cluster)}/events`,
  elections: (cluster: string) => `${clusterPath(cluster)}/elections`,
  reassignments: (cluster: string) => `${clusterPath(cluster)}/reassignments`,
  reassignmentPlan: (cluster: string) => `${paths.reassignments(cluster)}/plan`,
  cancelReassignments: (cluster: string) => `${paths.reassignments(cluster)}/cancel`,
  replicationThrottle: (cluster: string) => `${paths.reassignments(cluster)}/throttle`,
  topics: (cluster: string) => `${clusterPath(cluster)}/topics`,
  topic: (cluster: string, topic: string) => `${clusterPath(cluster)}/topics/${encodeURIComponent(topic)}`,
  topicConfigs: (cluster: string, topic: string) => `${paths.topic(cluster, topic)}/configs`,
  records: (cluster: string, topic: string) => `${paths.topic(cluster, topic)}/records`,
  groups: (cluster: string) => `${clusterPath(cluster)}/groups`,
  group: (cluster: string, group: string) => `${clusterPath(cluster)}/groups/${encodeURIComponent(group)}`,
  groupLag: (cluster: string, group: string) => `${paths.group(cluster, group)}/lag`,
  rebalances: (cluster: string, group: string) => `${paths.group(cluster, group)}/rebalances`,
  offsetReset: (cluster: string, group: string) => `${paths.group(cluster, group)}/offsets/reset`,
  offsetPlan: (cluster: string, group: string) => `${paths.group(cluster, group)}/offsets/plan`,
  offsetUndo: (cluster: string, group: string) => `${paths.group(cluster, group)}/offsets/undo`,
  transactions: (cluster: string) => `${clusterPath(cluster)}/transactions`,
  abortTransaction: (cluster: string) => `${paths.transactions(cluster)}/abort`,
  demo: (cluster: string) => `${clusterPath(cluster)}/demo`,
  demoStart: (cluster: string) => `${clusterPath(cluster)}/demo/start`,
  demoStop: (cluster: string) => `${clusterPath(cluster)}/demo/stop`,
} as const;

function clusterPath(cluster: string): string {
  return `/api/clusters/${encodeURIComponent(cluster)}`;
}
