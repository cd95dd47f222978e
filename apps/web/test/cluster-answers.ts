import {
  type Broker,
  broker,
  type ClusterSummary,
  clusterSummary,
  type GroupDetail,
  type GroupSummary,
  groupDetail,
  groupSummary,
  type Overview,
  overview,
  type PartitionReplicas,
  partitionReplicas,
  type Quorum,
  quorum,
  type TopicDetail,
  type TopicSummary,
  topicDetail,
  topicSummary,
} from '@odradek/contract';

/** The time all answers are from. */
export const sampledAt = Date.UTC(2026, 10, 21, 9, 0, 0);

/** Each maker gives a whole answer that the contract has parsed; `changes` say what the test is about. */
export function aCluster(changes: Partial<ClusterSummary> = {}): ClusterSummary {
  return clusterSummary.parse({
    name: 'local',
    state: 'reachable',
    reason: null,
    bootstrap: ['127.0.0.1:9092'],
    readOnly: false,
    managed: true,
    clusterId: '4L6g3nShT-eMCtK--X86sw',
    sampleIntervalMs: 1000,
    commitSource: 'offsets-topic',
    commitSourceReason: null,
    checkedAt: sampledAt,
    groupsInError: 0,
    groupsInWarning: 0,
    ...changes,
  });
}

export function anOverview(changes: Partial<Overview> = {}): Overview {
  return overview.parse({
    cluster: aCluster(),
    conditions: [],
    counts: {
      brokers: 1,
      topics: 1,
      internalTopics: 0,
      partitions: 3,
      groups: 1,
      leaderlessPartitions: 0,
      underReplicatedPartitions: 0,
    },
    totalLag: 2,
    recordsInPerSecond: 1,
    controllerId: 1,
    checkedAt: sampledAt,
    ...changes,
  });
}

export function aTopic(changes: Partial<TopicSummary> = {}): TopicSummary {
  return topicSummary.parse({
    name: 'orders',
    topicId: null,
    internal: false,
    partitions: 3,
    replicationFactor: 1,
    underReplicated: 0,
    leaderless: 0,
    sizeBytes: 300,
    messageEstimate: 5,
    compacted: false,
    recordsInPerSecond: 0,
    readers: [],
    ...changes,
  });
}

export function aTopicDetail(changes: Partial<TopicDetail> = {}): TopicDetail {
  return topicDetail.parse({
    ...aTopic(),
    partitionDetails: [
      {
        partition: 0,
        leader: 1,
        leaderEpoch: 0,
        replicas: [1],
        isr: [1],
        offlineReplicas: [],
        logStartOffset: 0,
        endOffset: 5,
        sizeBytes: 300,
        recordsInPerSecond: 0,
        error: null,
      },
    ],
    readers: [],
    checkedAt: sampledAt,
    ...changes,
  });
}

export function aGroup(changes: Partial<GroupSummary> = {}): GroupSummary {
  return groupSummary.parse({
    group: 'billing',
    type: 'classic',
    state: 'Stable',
    members: 1,
    topics: ['orders'],
    totalLag: 2,
    verdict: 'OK',
    worstPartition: { topic: 'orders', partition: 0, verdict: 'OK', lag: 2 },
    polled: false,
    lastCommitAt: sampledAt - 1000,
    sparkline: [0, 1, null, 2],
    ...changes,
  });
}

/** A group with one partition that is stalled and one that nobody ever committed. */
export function aStalledGroup(changes: Partial<GroupDetail> = {}): GroupDetail {
  const commits = [0, 1, 2].map((step) => ({
    offset: 3,
    timestamp: sampledAt - 3000 + step * 1000,
    observedAt: sampledAt - 3000 + step * 1000,
    lag: step + 1,
  }));
  return groupDetail.parse({
    ...aGroup({
      verdict: 'ERR',
      worstPartition: { topic: 'orders', partition: 0, verdict: 'STALL', lag: 3 },
      totalLag: 3,
    }),
    protocolType: 'consumer',
    assignor: 'range',
    groupEpoch: null,
    assignmentEpoch: null,
    notDescribed: null,
    coordinator: 1,
    memberDetails: [
      {
        memberId: 'billing-1-f00d',
        instanceId: null,
        clientId: 'billing-1',
        host: '/127.0.0.1',
        rack: null,
        memberEpoch: null,
        protocol: null,
        subscribedTopics: ['orders'],
        subscribedRegex: null,
        targetAssignment: null,
        assignment: [{ topic: 'orders', partitions: [0, 1, 2, 5] }],
      },
    ],
    partitions: [
      {
        topic: 'orders',
        partition: 0,
        committed: 3,
        committedAt: sampledAt - 1000,
        metadata: '',
        logStartOffset: 0,
        end: 6,
        lag: 3,
        verdict: 'STALL',
        memberId: 'billing-1-f00d',
        evidence: {
          commits,
          brokerOffsets: [4, 5, 6],
          complete: 0.3,
          rule: 'stalled',
          explanation: 'Three commits, all of offset 3.',
          evaluatedAt: sampledAt,
        },
      },
      {
        topic: 'orders',
        partition: 1,
        committed: null,
        committedAt: null,
        metadata: null,
        logStartOffset: 0,
        end: 4,
        lag: null,
        verdict: null,
        memberId: 'billing-1-f00d',
        evidence: null,
      },
    ],
    checkedAt: sampledAt,
    ...changes,
  });
}

export function aBroker(changes: Partial<Broker> = {}): Broker {
  return broker.parse({
    id: 1,
    host: '127.0.0.1',
    port: 9092,
    rack: null,
    isController: false,
    quorumRole: 'voter',
    status: 'up',
    reachable: true,
    reason: null,
    leaders: 3,
    preferredLeaders: 3,
    replicas: 3,
    outOfSync: 0,
    sizeBytes: 0,
    logDirectories: [],
    process: null,
    ...changes,
  });
}

/** A partition on brokers 1 to 3, all in sync, led by 1. */
export function aPartition(changes: Partial<PartitionReplicas> = {}): PartitionReplicas {
  return partitionReplicas.parse({
    topic: 'orders',
    partition: 0,
    leader: 1,
    leaderEpoch: 4,
    replicas: [1, 2, 3],
    isr: [1, 2, 3],
    offline: [],
    adding: [],
    removing: [],
    ...changes,
  });
}

/** Three voters, of which 1 leads and 3 has been silent for a minute. */
export function aQuorum(changes: Partial<Quorum> = {}): Quorum {
  const replica = { directoryId: null, endpoints: [], logEndOffset: 90, lag: 0 };
  const now = { lastFetchAt: sampledAt - 100, lastCaughtUpAt: sampledAt - 100 };
  const then = { lastFetchAt: sampledAt - 60_000, lastCaughtUpAt: sampledAt - 60_000 };
  return quorum.parse({
    state: 'known',
    error: null,
    leaderId: 1,
    leaderEpoch: 7,
    highWatermark: 90,
    replicas: [
      { ...replica, id: 1, role: 'leader', lastFetchAt: null, lastCaughtUpAt: null },
      { ...replica, id: 2, role: 'voter', ...now },
      { ...replica, id: 3, role: 'voter', ...then, logEndOffset: 60, lag: 30 },
    ],
    checkedAt: sampledAt,
    ...changes,
  });
}
