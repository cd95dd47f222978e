import { expect, test } from 'vitest';
import { answerTo } from '../../test/metadata/answer-to.ts';
import { clusterWith } from '../../test/metadata/three-brokers.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { allowAll } from '../security/authorizer.ts';
import { alterReplicaLogDirsHandler } from './alter-replica-log-dirs.ts';

/** Of a cluster with partition 0 of `orders`, by a broker that has no replica at all. */
async function codesFor(topic: string, partitions: number[], path = '/known'): Promise<number[]> {
  const moveReplica = async (wished: string) =>
    wished === '/known' ? ErrorCode.REPLICA_NOT_AVAILABLE : ErrorCode.LOG_DIR_NOT_FOUND;
  const handler = alterReplicaLogDirsHandler({
    authorizer: allowAll,
    image: () => clusterWith({ partition: { replicas: [1, 2], isr: [1], leaderEpoch: 0 } }),
    replicas: { moveReplica },
  });
  const answer = await answerTo(handler, 2, { dirs: [{ path, topics: [{ name: topic, partitions }] }] });
  return answer.results.flatMap((result) => result.partitions.map(({ errorCode }) => errorCode));
}

test('what is not here yet is told from what is nowhere', async () => {
  expect(await codesFor('orders', [0, 7])).toEqual([
    ErrorCode.REPLICA_NOT_AVAILABLE,
    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
  ]);
  expect(await codesFor('none', [0])).toEqual([ErrorCode.UNKNOWN_TOPIC_OR_PARTITION]);
});

test('a directory that is none is said to be so first', async () => {
  expect(await codesFor('none', [0], '/unknown')).toEqual([ErrorCode.LOG_DIR_NOT_FOUND]);
});
