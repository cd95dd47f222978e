import type { DifferentialCase } from './differential-case.ts';
import { WireClient } from './wire-client.ts';

const METADATA_TOPIC = '__cluster_metadata';
const METADATA_TOPIC_ID = 'AAAAAAAAAAAAAAAAAAAAAQ';
const OTHER_CLUSTER = 'OTHERAAAAAAAAAAAAAAAAQ';
const NOBODY = 'NOBODYAAAAAAAAAAAAAAAQ';

/** The controller of a cluster, and what a request has to name to be understood by it. */
interface Quorum {
  readonly controller: WireClient;
  readonly leaderId: number;
  readonly epoch: number;
  readonly clusterId: string;
}

/** Asks the controller's own listener, which DescribeQuorum names. What differs by cluster is told by its meaning. */
function ofQuorum(name: string, ask: (quorum: Quorum) => Promise<unknown>): DifferentialCase {
  return {
    name,
    async run(client) {
      const quorum = await quorumOf(client);
      try {
        return inWords(await ask(quorum), quorum);
      } finally {
        quorum.controller.close();
      }
    },
  };
}

async function quorumOf(client: WireClient): Promise<Quorum> {
  const cluster = await bodyOf<{ clusterId: string }>(client.send('DescribeCluster', 0, {}));
  const topics = [{ topicName: METADATA_TOPIC, partitions: [{ partitionIndex: 0 }] }];
  const described = await bodyOf<DescribedQuorum>(client.send('DescribeQuorum', 2, { topics }));
  const partition = described.topics[0]?.partitions[0];
  const listener = described.nodes[0]?.listeners[0];
  if (partition === undefined || listener === undefined) throw new Error('no quorum is described');
  const { leaderId, leaderEpoch: epoch } = partition;
  const controller = new WireClient(`${listener.host}:${listener.port}`);
  return { controller, leaderId, epoch, clusterId: cluster.clusterId };
}

interface DescribedQuorum {
  readonly topics: readonly {
    readonly partitions: readonly { readonly leaderId: number; readonly leaderEpoch: number }[];
  }[];
  readonly nodes: readonly {
    readonly listeners: readonly { readonly host: string; readonly port: number }[];
  }[];
}

async function bodyOf<Body>(answer: ReturnType<WireClient['send']>): Promise<Body> {
  const answered = await answer;
  if (!('response' in answered)) throw new Error('the connection closed');
  return answered.response as Body;
}

/** Ids, epochs, ports and offsets that are each cluster's own, as what they are; records not at all. */
function inWords(value: unknown, quorum: Quorum): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, field) => {
      if (key === 'leaderId') return field === quorum.leaderId ? 'the leader' : field;
      if (key === 'leaderEpoch') return field === quorum.epoch ? 'the epoch' : field;
      if (key === 'nodeId') return field === quorum.leaderId ? 'the leader' : field;
      if (key === 'port') return 'a port';
      if (key === 'highWatermark') return field >= 0 ? 'known' : 'unknown';
      if (key === 'logStartOffset') return field >= 0 ? 'known' : 'unknown';
      if (key === 'records') return 'some';
      return field;
    }),
  );
}

interface Ballot {
  readonly clusterId?: string;
  readonly topic?: string;
  readonly epoch?: number;
  readonly voterId?: number;
  readonly voterDirectoryId?: string;
  readonly candidateId?: number;
  readonly lastEpoch?: number;
  readonly lastOffset?: number;
  readonly preVote?: boolean;
}

function vote({ controller, epoch, clusterId }: Quorum, version: number, ballot: Ballot = {}) {
  return controller.send('Vote', version, {
    clusterId: ballot.clusterId ?? clusterId,
    ...(version >= 1 && ballot.voterId !== undefined && { voterId: ballot.voterId }),
    topics: [
      {
        topicName: ballot.topic ?? METADATA_TOPIC,
        partitions: [
          {
            partitionIndex: 0,
            replicaEpoch: ballot.epoch ?? epoch,
            replicaId: ballot.candidateId ?? 77,
            ...(version >= 1 && {
              replicaDirectoryId: NOBODY,
              ...(ballot.voterDirectoryId !== undefined && { voterDirectoryId: ballot.voterDirectoryId }),
            }),
            lastOffsetEpoch: ballot.lastEpoch ?? 0,
            lastOffset: ballot.lastOffset ?? 0,
            ...(version >= 2 && { preVote: ballot.preVote ?? false }),
          },
        ],
      },
    ],
  });
}

interface Position {
  readonly clusterId?: string;
  readonly topicId?: string;
  readonly epoch?: number;
  readonly offset?: number;
  readonly lastEpoch?: number;
  readonly maxWaitMs?: number;
}

function fetch({ controller, epoch, clusterId }: Quorum, version: number, given: Position = {}) {
  return controller.send('Fetch', version, {
    ...(version >= 12 && { clusterId: given.clusterId ?? clusterId }),
    ...(version < 15 ? { replicaId: 77 } : { replicaState: { replicaId: 77, replicaEpoch: -1 } }),
    maxWaitMs: given.maxWaitMs ?? 0,
    minBytes: 0,
    maxBytes: 1 << 20,
    topics: [
      {
        ...(version < 13 ? { topic: METADATA_TOPIC } : { topicId: given.topicId ?? METADATA_TOPIC_ID }),
        partitions: [
          {
            partition: 0,
            currentLeaderEpoch: given.epoch ?? epoch,
            fetchOffset: given.offset ?? 0,
            ...(version >= 12 && { lastFetchedEpoch: given.lastEpoch ?? 0 }),
            partitionMaxBytes: 1 << 20,
            ...(version >= 17 && { replicaDirectoryId: NOBODY }),
          },
        ],
      },
    ],
  });
}

function snapshot(
  { controller, epoch, clusterId }: Quorum,
  version: number,
  given: { readonly clusterId?: string; readonly topic?: string; readonly epoch?: number } = {},
) {
  const partition = {
    partition: 0,
    currentLeaderEpoch: given.epoch ?? epoch,
    snapshotId: { endOffset: 123_456_789, epoch: 1 },
    position: 0,
  };
  return controller.send('FetchSnapshot', version, {
    clusterId: given.clusterId ?? clusterId,
    replicaId: 77,
    maxBytes: 1000,
    topics: [{ name: given.topic ?? METADATA_TOPIC, partitions: [partition] }],
  });
}

function epochOf(
  { controller, epoch, clusterId }: Quorum,
  [api, version]: readonly ['BeginQuorumEpoch' | 'EndQuorumEpoch', number],
  given: { readonly clusterId?: string; readonly topic?: string; readonly leaderId?: number } = {},
) {
  return controller.send(api, version, {
    clusterId: given.clusterId ?? clusterId,
    topics: [
      {
        topicName: given.topic ?? METADATA_TOPIC,
        partitions: [{ partitionIndex: 0, leaderId: given.leaderId ?? 77, leaderEpoch: epoch - 1 }],
      },
    ],
  });
}

const EPOCH_APIS = [
  ['BeginQuorumEpoch', 0],
  ['BeginQuorumEpoch', 1],
  ['EndQuorumEpoch', 0],
  ['EndQuorumEpoch', 1],
] as const;

const SNAPSHOT_ERRORS = {
  where: /^response\.(errorCode: Kafka -1,|topics\.0: Kafka nothing|nodeEndpoints\.0: Kafka nothing)/,
  why: 'Kafka answers each of these with UNKNOWN_SERVER_ERROR for the whole; ours says which error it is',
};

/** None of them brings a higher epoch, which would end the leadership of the cluster that is asked. */
export const quorumCases: readonly DifferentialCase[] = [
  ...[0, 1, 2].map((version) =>
    ofQuorum(`Vote version ${version} in the leader's own epoch`, (quorum) => vote(quorum, version)),
  ),
  ...Object.entries<Ballot>({
    'as a pre-vote': { preVote: true },
    'of another cluster': { clusterId: OTHER_CLUSTER },
    'about another topic': { topic: 'orders' },
    'of an epoch that is over': { epoch: 0, preVote: true },
    'by a log of an epoch to come': { lastEpoch: 1_000 },
    'by a log that ends below zero': { lastOffset: -1 },
    'by nobody': { candidateId: -1 },
    'meant for another node': { voterId: 66 },
  }).map(([words, ballot]) => ofQuorum(`Vote ${words}`, (quorum) => vote(quorum, 2, ballot))),
  ofQuorum('Vote meant for another directory of the leader', (quorum) =>
    vote(quorum, 2, { voterId: quorum.leaderId, voterDirectoryId: NOBODY }),
  ),
  ...EPOCH_APIS.map((api) =>
    ofQuorum(`${api.join(' version ')} of an epoch that is over`, (quorum) => epochOf(quorum, api)),
  ),
  ...EPOCH_APIS.map((api) =>
    ofQuorum(`${api.join(' version ')} of another cluster`, (quorum) =>
      epochOf(quorum, api, { clusterId: OTHER_CLUSTER }),
    ),
  ),
  ...EPOCH_APIS.map((api) =>
    ofQuorum(`${api.join(' version ')} about another topic`, (quorum) =>
      epochOf(quorum, api, { topic: 'orders' }),
    ),
  ),
  ...[12, 13, 14, 15, 16, 17, 18].map((version) =>
    ofQuorum(`Fetch version ${version} of the metadata log`, (quorum) => fetch(quorum, version)),
  ),
  ...[4, 11].map((version) =>
    ofQuorum(`Fetch version ${version} of the metadata log, which knows no epochs`, (quorum) =>
      fetch(quorum, version),
    ),
  ),
  ...Object.entries<Position>({
    'of another cluster': { clusterId: OTHER_CLUSTER },
    'of another topic': { topicId: NOBODY },
    'of an epoch that is over': { epoch: 0 },
    'of an epoch to come': { epoch: 1_000 },
    'from below zero': { offset: -1 },
    'behind records of an epoch to come': { offset: 5, lastEpoch: 1_000 },
    'that waits less than not at all': { maxWaitMs: -1 },
  }).map(([words, given]) => ofQuorum(`Fetch ${words}`, (quorum) => fetch(quorum, 18, given))),
  ofQuorum('FetchSnapshot of another cluster', (quorum) => snapshot(quorum, 1, { clusterId: OTHER_CLUSTER })),
  ...[
    ...[0, 1].map((version) =>
      ofQuorum(`FetchSnapshot version ${version} of one that is not there`, (quorum) =>
        snapshot(quorum, version),
      ),
    ),
    ofQuorum('FetchSnapshot of another topic', (quorum) => snapshot(quorum, 1, { topic: 'orders' })),
    ofQuorum('FetchSnapshot of an epoch that is over', (quorum) => snapshot(quorum, 1, { epoch: 0 })),
    ofQuorum('FetchSnapshot of an epoch to come', (quorum) => snapshot(quorum, 1, { epoch: 1_000 })),
  ].map((one) => ({ ...one, deviations: [SNAPSHOT_ERRORS] })),
];
