import { beforeEach, describe, expect, test } from 'vitest';
import { answerTo } from '../../test/metadata/answer-to.ts';
import {
  DIRECTORY_ID,
  NODE_ID,
  type StartedController,
  startController,
} from '../../test/metadata/started-controller.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { ZERO_UUID } from '../protocol/uuid.ts';
import { METADATA_TOPIC, METADATA_TOPIC_ID } from '../raft/wire/metadata-partition.ts';
import { allowAll } from '../security/authorizer.ts';
import { beginQuorumEpochHandler } from './begin-quorum-epoch.ts';
import { endQuorumEpochHandler } from './end-quorum-epoch.ts';
import { fetchMetadataLogHandler } from './fetch-metadata-log.ts';
import { fetchSnapshotHandler } from './fetch-snapshot.ts';
import type { QuorumNeeds } from './quorum-answer.ts';
import { voteHandler } from './vote.ts';

const CLUSTER_ID = 'CLUSTERAAAAAAAAAAAAAAQ';
const OTHER_CLUSTER = 'OTHERAAAAAAAAAAAAAAAAQ';

describe('RPCs of the quorum, at a leader that is alone', () => {
  let started: StartedController;
  let needs: QuorumNeeds;

  beforeEach(async () => {
    started = await startController();
    needs = { controller: started.controller, authorizer: allowAll };
  });

  const state = () => started.controller.quorum.state;

  interface Ballot {
    readonly clusterId?: string;
    readonly topicName?: string;
    readonly epoch?: number;
    readonly voterId?: number;
    readonly voterDirectoryId?: string;
    readonly lastOffset?: number;
    readonly lastEpoch?: number;
    readonly preVote?: boolean;
  }

  async function vote(version: number, given: Ballot = {}) {
    const response = await answerTo(voteHandler(needs), version, {
      clusterId: given.clusterId ?? CLUSTER_ID,
      ...(version >= 1 && { voterId: given.voterId ?? NODE_ID }),
      topics: [
        {
          topicName: given.topicName ?? METADATA_TOPIC,
          partitions: [
            {
              partitionIndex: 0,
              replicaEpoch: given.epoch ?? state().epoch,
              replicaId: 2,
              ...(version >= 1 && {
                replicaDirectoryId: ZERO_UUID,
                voterDirectoryId: given.voterDirectoryId ?? DIRECTORY_ID,
              }),
              lastOffset: given.lastOffset ?? 1_000,
              lastOffsetEpoch: given.lastEpoch ?? 0,
              ...(version >= 2 && { preVote: given.preVote ?? false }),
            },
          ],
        },
      ],
    });
    return { ...response, ...response.topics[0]?.partitions[0] };
  }

  test.each([0, 1, 2])(
    'Vote version %i: a leader refuses its own epoch and tells who leads',
    async (version) => {
      const answer = await vote(version);
      expect(answer).toMatchObject({ errorCode: ErrorCode.NONE, voteGranted: false, leaderId: NODE_ID });
      expect(answer.leaderEpoch).toBe(state().epoch);
      expect(answer.nodeEndpoints).toEqual(
        version >= 1 ? [{ nodeId: NODE_ID, host: '127.0.0.1', port: 9093 }] : [],
      );
    },
  );

  test.each<[string, Ballot, keyof typeof ErrorCode]>([
    ['another cluster', { clusterId: OTHER_CLUSTER }, 'INCONSISTENT_CLUSTER_ID'],
    ['another topic', { topicName: 'orders' }, 'INVALID_REQUEST'],
    ['an epoch that is over', { epoch: 0, lastEpoch: 0, preVote: true }, 'FENCED_LEADER_EPOCH'],
    ['a log of the epoch to be decided', { epoch: 5, lastEpoch: 5 }, 'INVALID_REQUEST'],
    ['a negative offset', { lastOffset: -1 }, 'INVALID_REQUEST'],
    ['another node', { voterId: 3 }, 'INVALID_VOTER_KEY'],
    ['another directory', { voterDirectoryId: 'OTHERAAAAAAAAAAAAAAAAQ' }, 'INVALID_VOTER_KEY'],
  ])('Vote of %s', async (_, ballot, name) => {
    const answer = await vote(2, ballot);
    expect(answer).toMatchObject({ errorCode: ErrorCode[name] });
    expect(answer.voteGranted ?? false).toBe(false);
  });

  test('a leader that is alone goes on in a higher epoch when it hears of one', async () => {
    await vote(2, { epoch: 40, lastEpoch: 39, lastOffset: 0, voterId: 3 });
    expect(state()).toMatchObject({ role: { name: 'leader' }, epoch: 41 });
    const created = await started.controller.createTopics(
      [{ name: 'orders', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }],
      { validateOnly: true },
    );
    expect(created.kind).toBe('committed');
  });

  test.each([0, 1])('BeginQuorumEpoch version %i of an earlier epoch is fenced', async (version) => {
    const response = await answerTo(beginQuorumEpochHandler(needs), version, {
      clusterId: CLUSTER_ID,
      topics: [
        {
          topicName: METADATA_TOPIC,
          partitions: [{ partitionIndex: 0, leaderId: 2, leaderEpoch: 0 }],
        },
      ],
    });
    expect(response.topics[0]?.partitions[0]).toMatchObject({
      errorCode: ErrorCode.FENCED_LEADER_EPOCH,
      leaderId: NODE_ID,
      leaderEpoch: state().epoch,
    });
  });

  test.each([0, 1])('EndQuorumEpoch version %i: two nodes cannot lead one epoch', async (version) => {
    const response = await answerTo(endQuorumEpochHandler(needs), version, {
      clusterId: CLUSTER_ID,
      topics: [
        {
          topicName: METADATA_TOPIC,
          partitions: [
            {
              partitionIndex: 0,
              leaderId: 2,
              leaderEpoch: state().epoch,
              ...(version === 0
                ? { preferredSuccessors: [NODE_ID] }
                : { preferredCandidates: [{ candidateId: NODE_ID, candidateDirectoryId: DIRECTORY_ID }] }),
            },
          ],
        },
      ],
    });
    expect(response.topics[0]?.partitions[0]?.errorCode).toBe(ErrorCode.INVALID_REQUEST);
    expect(state().role.name).toBe('leader');
  });

  function fetch(version: number, given: { epoch?: number; offset?: number; lastEpoch?: number } = {}) {
    return answerTo(fetchMetadataLogHandler(needs), version, {
      ...(version >= 12 && { clusterId: CLUSTER_ID }),
      ...(version < 15 ? { replicaId: 7 } : { replicaState: { replicaId: 7 } }),
      maxWaitMs: 0,
      minBytes: 0,
      topics: [
        {
          ...(version < 13 ? { topic: METADATA_TOPIC } : { topicId: METADATA_TOPIC_ID }),
          partitions: [
            {
              partition: 0,
              ...(version >= 9 && { currentLeaderEpoch: given.epoch ?? state().epoch }),
              fetchOffset: given.offset ?? 0,
              ...(version >= 12 && { lastFetchedEpoch: given.lastEpoch ?? 0 }),
              partitionMaxBytes: 1 << 20,
            },
          ],
        },
      ],
    });
  }

  test.each([13, 14, 15, 16, 17, 18])(
    'Fetch version %i gives the log and says how far it is committed',
    async (version) => {
      const { responses } = await fetch(version);
      const partition = responses[0]?.partitions[0];
      expect(partition).toMatchObject({
        errorCode: ErrorCode.NONE,
        highWatermark: state().highWatermark,
        currentLeader: { leaderId: NODE_ID, leaderEpoch: state().epoch },
      });
      expect(Buffer.compare(partition?.records ?? Buffer.of(), started.log.bytes())).toBe(0);
    },
  );

  test('Fetch of an epoch that is over, one that is not yet, and records that are not in the log', async () => {
    const errorOf = async (given: Parameters<typeof fetch>[1]) =>
      (await fetch(18, given)).responses[0]?.partitions[0];
    expect(await errorOf({ epoch: 0 })).toMatchObject({ errorCode: ErrorCode.FENCED_LEADER_EPOCH });
    expect(await errorOf({ epoch: 9 })).toMatchObject({ errorCode: ErrorCode.UNKNOWN_LEADER_EPOCH });
    expect(await errorOf({ offset: 10_000, lastEpoch: 1 })).toMatchObject({
      errorCode: ErrorCode.NONE,
      divergingEpoch: { epoch: 1, endOffset: state().log.endOffset },
    });
    expect(await errorOf({ offset: 5, lastEpoch: 9 })).toMatchObject({
      errorCode: ErrorCode.INVALID_REQUEST,
    });
  });

  test.each([7, 11, 12])('Fetch version %i does not know the log by its id', async (version) => {
    expect(await fetch(version)).toMatchObject({ errorCode: ErrorCode.INVALID_REQUEST, responses: [] });
  });

  test.each([0, 1])('FetchSnapshot version %i of a snapshot that is not there', async (version) => {
    const { topics } = await answerTo(fetchSnapshotHandler(needs), version, {
      clusterId: CLUSTER_ID,
      replicaId: 7,
      topics: [
        {
          name: METADATA_TOPIC,
          partitions: [
            {
              partition: 0,
              currentLeaderEpoch: state().epoch,
              snapshotId: { endOffset: 10, epoch: 1 },
              position: 0,
            },
          ],
        },
      ],
    });
    expect(topics[0]?.partitions[0]?.errorCode).toBe(ErrorCode.SNAPSHOT_NOT_FOUND);
  });

  test('who may not act for the cluster is told nothing', async () => {
    needs = { ...needs, authorizer: { ...allowAll, isAllowed: () => false } };
    expect(await vote(2)).toMatchObject({ errorCode: ErrorCode.CLUSTER_AUTHORIZATION_FAILED, topics: [] });
  });
});
