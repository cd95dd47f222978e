import { describe, expect, test } from 'vitest';
import { viewOf } from '../../test/metadata/controller-view.ts';
import {
  type ClusterSetting,
  clusterWith,
  partitionAfter,
  TOPIC_ID,
} from '../../test/metadata/three-brokers.ts';
import { LOST_DIRECTORY } from '../metadata/partition-image.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { ZERO_UUID } from '../protocol/uuid.ts';
import { assignReplicas } from './assign-replicas.ts';

/** Of every broker in these clusters. */
const ONLINE = 'DIRECTORYAAAAAAAAAAAAQ';
const GONE = 'GONEAAAAAAAAAAAAAAAAAQ';

function assigned(
  setting: ClusterSetting,
  told: { directoryId?: string; topicId?: string; partitionId?: number; broker?: number; epoch?: number },
) {
  const image = clusterWith(setting);
  const { directoryId = ONLINE, topicId = TOPIC_ID, partitionId = 0, broker = 1 } = told;
  const { records, response } = assignReplicas(viewOf(image), { id: broker, epoch: told.epoch ?? broker }, [
    { directoryId, partitions: [{ topicId, partitionId }] },
  ]);
  return { response, records, partition: partitionAfter(image, records) };
}

const unassigned: ClusterSetting = { partition: { directories: [ZERO_UUID, ZERO_UUID, ZERO_UUID] } };

describe('a broker says where its replicas lie', () => {
  test('that is noted, and nothing else changes', () => {
    const { partition, response } = assigned(unassigned, { broker: 2 });
    expect(response).toEqual({ kind: 'answered', errorCodes: [[ErrorCode.NONE]] });
    expect(partition).toMatchObject({
      directories: [ZERO_UUID, ONLINE, ZERO_UUID],
      isr: [1, 2, 3],
      ...{ leader: 1, leaderEpoch: 0, partitionEpoch: 1 },
    });
  });

  test('what is known already is no change', () => {
    expect(assigned({}, { broker: 2 }).records).toEqual([]);
  });

  test('in a directory that it has lost it leads nothing and is not in sync', () => {
    const { partition } = assigned(unassigned, { directoryId: GONE });
    expect(partition).toMatchObject({ directories: [GONE, ZERO_UUID, ZERO_UUID], isr: [2, 3], leader: 2 });
  });

  test('the last one in sync is lost, and leads again when it is back', () => {
    const { partition } = assigned({ partition: { isr: [1] } }, { directoryId: LOST_DIRECTORY });
    const directories = [LOST_DIRECTORY, ONLINE, ONLINE];
    const lost = { isr: [], leader: -1, eligibleLeaderReplicas: [1], directories };
    expect(partition).toMatchObject(lost);
    expect(assigned({ partition: lost }, {}).partition).toMatchObject({ isr: [1], leader: 1 });
  });

  test.each([
    ['a topic that is not there', { topicId: GONE }, ErrorCode.UNKNOWN_TOPIC_ID],
    ['a partition that is not there', { partitionId: 7 }, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
    ['a partition of others', { broker: 4 }, ErrorCode.NOT_LEADER_OR_FOLLOWER],
  ])('of %s it is told so', (_, told, errorCode) => {
    const { response, records } = assigned({}, told);
    expect(response).toEqual({ kind: 'answered', errorCodes: [[errorCode]] });
    expect(records).toEqual([]);
  });

  test('an incarnation that is over is not believed', () => {
    expect(assigned({}, { epoch: 99 }).response).toEqual({
      kind: 'refused',
      errorCode: ErrorCode.STALE_BROKER_EPOCH,
    });
  });
});
