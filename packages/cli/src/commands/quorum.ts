import { Failure } from '../failure.ts';
import type { BootstrapOption } from '../kafka/client.ts';
import { failOn, type KafkaRequests, type ResponseBody, withRequests } from '../kafka/requests.ts';
import { print, printJson } from '../standard-output.ts';
import { textTable } from '../text-table.ts';

interface Common extends BootstrapOption {
  readonly json?: boolean;
}

type Answer = ResponseBody<'DescribeQuorum'>;
type Partition = Answer['topics'][number]['partitions'][number];
type Replica = Partition['currentVoters'][number];

/** Who leads the metadata quorum, who votes in it, and how far the slowest voter is behind. */
export async function quorumStatus(options: Common): Promise<void> {
  await withRequests(options, async (requests) => {
    const { answer, partition } = await describeQuorum(requests);
    const { clusterId } = await requests.sendToAny('DescribeCluster', {});
    const { leaderId, leaderEpoch, highWatermark, currentVoters, observers } = partition;
    const status = {
      clusterId,
      leaderId: leaderId < 0 ? null : leaderId,
      leaderEpoch,
      highWatermark,
      ...slowestOf(partition),
      voters: currentVoters.map((voter) => nodeOf(voter, answer)),
      observers: observers.map((observer) => nodeOf(observer, answer)),
    };
    if (options.json === true) return printJson(status);
    const nodes = (list: readonly Node[]) =>
      list.map(({ id, endpoints }) => [id, ...endpoints].join(' at ')).join(', ') || 'none';
    print(
      [
        `cluster            ${clusterId}`,
        `leader             ${status.leaderId ?? 'none'}, epoch ${leaderEpoch}`,
        `high watermark     ${highWatermark}`,
        `slowest voter      ${status.maxFollowerLag} records, ${timeText(status.maxFollowerLagTimeMs)}`,
        `voters             ${nodes(status.voters)}`,
        `observers          ${nodes(status.observers)}`,
      ].join('\n'),
    );
  });
}

/** Every replica of the metadata log: how far it is, and when it last asked. */
export async function quorumReplicas(options: Common): Promise<void> {
  await withRequests(options, async (requests) => {
    const { partition } = await describeQuorum(requests);
    const leader = partition.currentVoters.find(({ replicaId }) => replicaId === partition.leaderId);
    const rowOf = (replica: Replica, role: 'follower' | 'observer') => ({
      nodeId: replica.replicaId,
      directoryId: replica.replicaDirectoryId,
      role: replica.replicaId === partition.leaderId ? ('leader' as const) : role,
      logEndOffset: replica.logEndOffset,
      lag: Math.max(0, (leader?.logEndOffset ?? replica.logEndOffset) - replica.logEndOffset),
      lastFetchTimestamp: timeOf(replica.lastFetchTimestamp),
      lastCaughtUpTimestamp: timeOf(replica.lastCaughtUpTimestamp),
    });
    const rows = [
      ...partition.currentVoters.map((voter) => rowOf(voter, 'follower')),
      ...partition.observers.map((observer) => rowOf(observer, 'observer')),
    ].sort((left, right) => left.nodeId - right.nodeId);
    if (options.json === true) {
      for (const row of rows) printJson(row);
      return;
    }
    const agoText = (time: number | null) =>
      time === null ? null : timeText(Math.max(0, Date.now() - time));
    const headings = ['NODE', 'ROLE', 'END', 'LAG', 'LAST FETCH', 'CAUGHT UP', 'DIRECTORY'];
    const cells = rows.map((row) => [
      row.nodeId,
      row.role,
      row.logEndOffset,
      row.lag,
      agoText(row.lastFetchTimestamp),
      agoText(row.lastCaughtUpTimestamp),
      row.directoryId,
    ]);
    print(textTable(headings, cells));
  });
}

async function describeQuorum(requests: KafkaRequests): Promise<{ answer: Answer; partition: Partition }> {
  const answer = await requests.sendToAny('DescribeQuorum', {
    topics: [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }],
  });
  await failOn(answer.errorCode, answer.errorMessage);
  const partition = answer.topics[0]?.partitions[0];
  if (partition === undefined) throw new Failure('the answer names no metadata log');
  await failOn(partition.errorCode, partition.errorMessage);
  return { answer, partition };
}

/** As Kafka's own tool counts it: among the voters that follow; null where the leader does not say. */
function slowestOf({ leaderId, currentVoters }: Partition) {
  const leader = currentVoters.find(({ replicaId }) => replicaId === leaderId);
  const followers = currentVoters.filter(({ replicaId }) => replicaId !== leaderId);
  const slowest = followers.toSorted((left, right) => left.logEndOffset - right.logEndOffset)[0];
  if (leader === undefined || slowest === undefined) return { maxFollowerLag: 0, maxFollowerLagTimeMs: 0 };
  const [ahead, behind] = [timeOf(leader.lastCaughtUpTimestamp), timeOf(slowest.lastCaughtUpTimestamp)];
  return {
    maxFollowerLag: Math.max(0, leader.logEndOffset - slowest.logEndOffset),
    maxFollowerLagTimeMs: ahead === null || behind === null ? null : Math.max(0, ahead - behind),
  };
}

interface Node {
  readonly id: number;
  readonly directoryId: string;
  /** `host:port` of its controller listeners. */
  readonly endpoints: readonly string[];
}

function nodeOf({ replicaId, replicaDirectoryId }: Replica, { nodes }: Answer): Node {
  const listeners = nodes.find(({ nodeId }) => nodeId === replicaId)?.listeners ?? [];
  const endpoints = listeners.map(({ host, port }) => `${host}:${port}`);
  return { id: replicaId, directoryId: replicaDirectoryId, endpoints };
}

function timeOf(timestamp: number): number | null {
  return timestamp < 0 ? null : timestamp;
}

function timeText(ms: number | null): string {
  if (ms === null) return 'unknown';
  return ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`;
}
