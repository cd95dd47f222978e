import type { ClusterCase, ClusterWires } from './cluster-case.ts';
import { inVersions } from './differential-case.ts';
import type { WireClient } from './wire-client.ts';

const OTHER_CLUSTER = 'OTHERAAAAAAAAAAAAAAAAQ';
const NOBODY = 'NOBODYAAAAAAAAAAAAAAAQ';
const NO_DIRECTORY = 'AAAAAAAAAAAAAAAAAAAAAA';
const SOMEWHERE = [{ name: 'CONTROLLER', host: '127.0.0.1', port: 1 }];

interface Voter {
  readonly voterId: number;
  readonly voterDirectoryId: string;
  readonly listeners: readonly { readonly name: string; readonly host: string; readonly port: number }[];
}

interface Quorum {
  /** The active controller. */
  readonly wire: WireClient;
  readonly epoch: number;
  readonly leader: Voter;
  readonly follower: Voter;
}

/** The quorum, with what two of its voters would say of themselves. */
async function quorumOf(wires: ClusterWires): Promise<Quorum> {
  const leaderId = await wires.activeId();
  const partitions = [{ partitionIndex: 0 }];
  const { topics, nodes } = await wires.ask<DescribedVoters>(wires.broker(1), 'DescribeQuorum', 2, {
    topics: [{ topicName: '__cluster_metadata', partitions }],
  });
  const quorum = topics[0]?.partitions[0];
  const voters = (quorum?.currentVoters ?? []).flatMap(({ replicaId, replicaDirectoryId }) =>
    nodes
      .filter(({ nodeId }) => nodeId === replicaId)
      .map(({ listeners }) => ({ voterId: replicaId, voterDirectoryId: replicaDirectoryId, listeners })),
  );
  const leader = voters.find(({ voterId }) => voterId === leaderId);
  const follower = voters.find(({ voterId }) => voterId !== leaderId);
  if (quorum === undefined || leader === undefined || follower === undefined) throw new Error('nobody leads');
  return { wire: wires.controller(leaderId), epoch: quorum.leaderEpoch, leader, follower };
}

interface DescribedVoters {
  readonly topics: readonly {
    readonly partitions: readonly {
      readonly leaderEpoch: number;
      readonly currentVoters: readonly { readonly replicaId: number; readonly replicaDirectoryId: string }[];
    }[];
  }[];
  readonly nodes: readonly { readonly nodeId: number; readonly listeners: Voter['listeners'] }[];
}

/** The epoch is each cluster's own. */
function withoutEpoch(answer: unknown): unknown {
  return JSON.parse(
    JSON.stringify(answer, (key, value: unknown) => (key === 'leaderEpoch' ? 'the epoch' : value)),
  );
}

/** None of them changes the set of voters of either cluster. */
export const clusterVoterCases: readonly ClusterCase[] = [
  {
    name: 'AddRaftVoter of another cluster, of nobody, of one that is a voter, and one that is not to be found',
    run: async (wires) => {
      const { wire, leader } = await quorumOf(wires);
      const { voterId, voterDirectoryId } = leader;
      const body = { clusterId: null, timeoutMs: 5_000, voterId, voterDirectoryId, listeners: SOMEWHERE };
      return [
        await inVersions(wire, 'AddRaftVoter', [0, 1], () => body),
        await wires.byEach('AddRaftVoter', 1, body),
        await wire.send('AddRaftVoter', 1, { ...body, clusterId: OTHER_CLUSTER }),
        await wire.send('AddRaftVoter', 1, { ...body, voterId: -1 }),
        await wire.send('AddRaftVoter', 1, { ...body, voterDirectoryId: NO_DIRECTORY }),
        await wire.send('AddRaftVoter', 1, { ...body, voterDirectoryId: NOBODY }),
        await wire.send('AddRaftVoter', 1, { ...body, listeners: [] }),
        await wire.send('AddRaftVoter', 1, {
          ...body,
          listeners: [{ name: 'OTHER', host: '127.0.0.1', port: 1 }],
        }),
        await wire.send('AddRaftVoter', 1, { ...body, voterId: 77, voterDirectoryId: NOBODY, listeners: [] }),
      ];
    },
  },
  {
    name: 'RemoveRaftVoter of another cluster, of nobody, of one that is none, and of another directory',
    run: async (wires) => {
      const { wire, leader } = await quorumOf(wires);
      const { voterId, voterDirectoryId } = leader;
      const remove = (fields: object) =>
        wire.send('RemoveRaftVoter', 0, { clusterId: null, voterId, voterDirectoryId, ...fields });
      return [
        await remove({ clusterId: OTHER_CLUSTER }),
        await remove({ voterId: -1 }),
        await remove({ voterDirectoryId: NO_DIRECTORY }),
        await remove({ voterDirectoryId: NOBODY }),
        await remove({ voterId: 77 }),
        await wires.byEach('RemoveRaftVoter', 0, { clusterId: null, voterId: 77, voterDirectoryId: NOBODY }),
      ];
    },
  },
  {
    name: 'UpdateRaftVoter by a voter as it is, and by whom no leader believes',
    run: async (wires) => {
      const { wire, epoch, follower } = await quorumOf(wires);
      const { voterId, voterDirectoryId, listeners } = follower;
      const body = {
        ...{ clusterId: null, currentLeaderEpoch: epoch, voterId, voterDirectoryId, listeners },
        kRaftVersionFeature: { minSupportedVersion: 0, maxSupportedVersion: 1 },
      };
      const update = async (fields: object, by = wire) =>
        withoutEpoch(await by.send('UpdateRaftVoter', 0, { ...body, ...fields }));
      const versions = (minSupportedVersion: number, maxSupportedVersion: number) => ({
        kRaftVersionFeature: { minSupportedVersion, maxSupportedVersion },
      });
      const other = wires.controller(voterId);
      return [
        await update({ clusterId: OTHER_CLUSTER }),
        await update({ currentLeaderEpoch: epoch - 1 }),
        await update({ currentLeaderEpoch: epoch + 1 }),
        await update({ voterId: -1 }),
        await update({ voterDirectoryId: NO_DIRECTORY }),
        await update({ listeners: [] }),
        await update({ listeners: [{ name: 'OTHER', host: '127.0.0.1', port: 1 }] }),
        await update(versions(-1, 1)),
        await update(versions(1, -1)),
        await update(versions(1, 0)),
        await update(versions(2, 2)),
        await update(versions(0, 0)),
        await update({ voterId: 77, voterDirectoryId: NOBODY }),
        await update({ voterDirectoryId: NOBODY }),
        await update({}, other),
        await update({}),
      ];
    },
  },
];
