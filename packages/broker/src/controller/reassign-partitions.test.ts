import { describe, expect, test } from 'vitest';
import { viewOf } from '../../test/metadata/controller-view.ts';
import { type ClusterSetting, clusterWith, partitionAfter } from '../../test/metadata/three-brokers.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { listReassignments, reassignPartitions, type WantedAssignment } from './reassign-partitions.ts';

function reassigned(
  setting: ClusterSetting,
  wanted: Partial<WantedAssignment>,
  allowsReplicationFactorChange = true,
) {
  const image = clusterWith(setting);
  const assignment = { topic: 'orders', partitionId: 0, replicas: [4, 2, 3], ...wanted };
  const options = { allowsReplicationFactorChange };
  const { records, response } = reassignPartitions(viewOf(image), [assignment], options);
  return { result: response[0], partition: partitionAfter(image, records) };
}

const moving = { replicas: [4, 2, 3, 1], addingReplicas: [4], removingReplicas: [1] };

describe('a reassignment', () => {
  test('adds before it removes', () => {
    const { result, partition } = reassigned({}, {});
    expect(result?.errorCode).toBe(ErrorCode.NONE);
    expect(partition).toMatchObject({ ...moving, isr: [1, 2, 3], leader: 1 });
  });

  test('that only orders replicas anew is complete at once', () => {
    const { partition } = reassigned({}, { replicas: [3, 2, 1] });
    expect(partition).toMatchObject({
      replicas: [3, 2, 1],
      addingReplicas: [],
      removingReplicas: [],
      leader: 1,
    });
  });

  test('that only removes replicas is complete at once when the others are in sync', () => {
    const { partition } = reassigned({}, { replicas: [2, 3] });
    expect(partition).toMatchObject({ replicas: [2, 3], isr: [2, 3], leader: 2, removingReplicas: [] });
  });

  test('changes its mind on the way', () => {
    const { partition } = reassigned({ partition: moving }, { replicas: [1, 2, 4] });
    expect(partition).toMatchObject({ replicas: [1, 2, 4, 3], addingReplicas: [4], removingReplicas: [3] });
  });

  test('is listed while it is under way', () => {
    const topics = clusterWith({ partition: moving }).topicsById.values();
    expect(listReassignments(topics, () => true)).toEqual([{ topic: 'orders', partitionId: 0, ...moving }]);
    const still = clusterWith().topicsById.values();
    expect(listReassignments(still, () => true)).toEqual([]);
  });
});

describe('taking it back', () => {
  test('restores the replicas there were', () => {
    const { partition } = reassigned({ partition: { ...moving, isr: [1, 2, 3, 4] } }, { replicas: null });
    expect(partition).toMatchObject({ replicas: [2, 3, 1], isr: [1, 2, 3], leader: 1, addingReplicas: [] });
  });

  test('is refused where there is none', () => {
    expect(reassigned({}, { replicas: null }).result?.errorCode).toBe(ErrorCode.NO_REASSIGNMENT_IN_PROGRESS);
  });

  test('is refused where only the new replica has the records', () => {
    const partition = { ...moving, isr: [4], leader: 4 };
    const kept = reassigned({ partition }, { replicas: null });
    expect(kept.result).toMatchObject({ errorCode: ErrorCode.INVALID_REPLICA_ASSIGNMENT });
    expect(kept.partition).toMatchObject({ leader: 4, isr: [4] });
    const configs = { 'unclean.leader.election.enable': 'true' };
    const forced = reassigned({ partition, configs }, { replicas: null });
    expect(forced.partition).toMatchObject({ replicas: [2, 3, 1], isr: [2], leader: 2 });
  });
});

describe('a reassignment is refused', () => {
  const refusals: readonly [string, Partial<WantedAssignment>, number][] = [
    ['of a topic there is not', { topic: 'nothing' }, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
    ['of a partition there is not', { partitionId: 4 }, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
    ['to a broker there is not', { replicas: [1, 9] }, ErrorCode.INVALID_REPLICA_ASSIGNMENT],
    ['to nobody', { replicas: [] }, ErrorCode.INVALID_REPLICA_ASSIGNMENT],
    ['to the same broker twice', { replicas: [1, 1] }, ErrorCode.INVALID_REPLICA_ASSIGNMENT],
  ];

  test.each(refusals)('%s', (_, wanted, errorCode) => {
    expect(reassigned({}, wanted).result?.errorCode).toBe(errorCode);
  });

  test('with another number of replicas, where that was not allowed', () => {
    expect(reassigned({}, { replicas: [1, 2] }, false).result).toMatchObject({
      errorCode: ErrorCode.INVALID_REPLICATION_FACTOR,
      errorMessage: 'The replication factor is changed from 3 to 2',
    });
    const midway = reassigned({ partition: moving }, { replicas: [1, 2, 4] }, false);
    expect(midway.result?.errorCode).toBe(ErrorCode.NONE);
  });
});
