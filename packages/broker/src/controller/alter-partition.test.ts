import { describe, expect, test } from 'vitest';
import { viewOf } from '../../test/metadata/controller-view.ts';
import {
  type ClusterSetting,
  clusterWith,
  partitionAfter,
  TOPIC_ID,
} from '../../test/metadata/three-brokers.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { alterPartitions, type IsrChange } from './alter-partition.ts';

/** Broker 1 asks; each broker's epoch is its id. */
function asked(setting: ClusterSetting, change: Partial<IsrChange>, brokerId = 1) {
  const image = clusterWith(setting);
  const wanted: IsrChange = {
    topicId: TOPIC_ID,
    partitionId: 0,
    leaderEpoch: 0,
    partitionEpoch: 0,
    isr: members(1, 2, 3),
    leaderRecoveryState: 0,
    ...change,
  };
  const { records, response } = alterPartitions(viewOf(image), brokerId, [wanted]);
  return { result: response[0], partition: partitionAfter(image, records) };
}

function members(...ids: number[]): IsrChange['isr'] {
  return ids.map((brokerId) => ({ brokerId, brokerEpoch: brokerId }));
}

describe('a leader changes its ISR', () => {
  test('a replica falls behind, and comes back', () => {
    const shrunk = asked({}, { isr: members(1, 2) });
    expect(shrunk.partition).toMatchObject({ isr: [1, 2], partitionEpoch: 1, leaderEpoch: 0 });
    expect(shrunk.result).toMatchObject({ kind: 'changed', partition: { isr: [1, 2], partitionEpoch: 1 } });
    const grown = asked({ partition: { isr: [1, 2] } }, {});
    expect(grown.partition).toMatchObject({ isr: [1, 2, 3] });
  });

  test('what is so already is answered as it is', () => {
    const { result, partition } = asked({}, {});
    expect(result).toMatchObject({ kind: 'changed', partition: { partitionEpoch: 0 } });
    expect(partition.partitionEpoch).toBe(0);
  });

  test('a leader reports that it has recovered', () => {
    const recovering = { isr: [1], leaderRecoveryState: 1 };
    const { partition } = asked({ partition: recovering }, { isr: members(1), leaderRecoveryState: 0 });
    expect(partition.leaderRecoveryState).toBe(0);
  });

  test('the change that completes a reassignment takes the lead away from whoever asked', () => {
    const partition = { replicas: [4, 2, 3, 1], addingReplicas: [4], removingReplicas: [1] };
    const done = asked({ partition }, { isr: members(1, 2, 3, 4) });
    expect(done.result).toEqual({ kind: 'refused', errorCode: ErrorCode.NEW_LEADER_ELECTED });
    expect(done.partition).toMatchObject({ replicas: [4, 2, 3], leader: 4, removingReplicas: [] });
  });
});

test('a leader that stays while a follower goes is told its new epoch', () => {
  const partition = { replicas: [1, 2, 4, 3], addingReplicas: [4], removingReplicas: [3] };
  const { result } = asked({ partition }, { isr: members(1, 2, 3, 4) });
  expect(result).toMatchObject({ kind: 'changed', partition: { isr: [1, 2, 4], leader: 1, leaderEpoch: 1 } });
});

describe('a change is refused', () => {
  const refusals: readonly [string, ClusterSetting, Partial<IsrChange>, number][] = [
    ['of a topic that is gone', {}, { topicId: 'OTHERAAAAAAAAAAAAAAAAQ' }, ErrorCode.UNKNOWN_TOPIC_ID],
    ['of a partition there is not', {}, { partitionId: 7 }, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
    ['that rests on newer metadata', {}, { leaderEpoch: 1 }, ErrorCode.NOT_CONTROLLER],
    ['that rests on a newer partition', {}, { partitionEpoch: 1 }, ErrorCode.NOT_CONTROLLER],
    [
      'by a leader of an older epoch',
      { partition: { leaderEpoch: 1 } },
      { isr: members(1) },
      ErrorCode.FENCED_LEADER_EPOCH,
    ],
    [
      'that crossed another',
      { partition: { partitionEpoch: 1 } },
      { isr: members(1) },
      ErrorCode.INVALID_UPDATE_VERSION,
    ],
    ['by whoever does not lead', { partition: { leader: 2 } }, {}, ErrorCode.INVALID_REQUEST],
    ['without the leader', {}, { isr: members(2, 3) }, ErrorCode.INVALID_REQUEST],
    ['with a broker that has no replica', {}, { isr: members(1, 4) }, ErrorCode.INVALID_REQUEST],
    ['that names a replica twice', {}, { isr: members(1, 2, 2) }, ErrorCode.INVALID_REQUEST],
    ['of nobody', {}, { isr: [] }, ErrorCode.INVALID_REQUEST],
    ['that grows while it recovers', {}, { leaderRecoveryState: 1 }, ErrorCode.INVALID_REQUEST],
    [
      'that falls back into recovery',
      {},
      { isr: members(1), leaderRecoveryState: 1 },
      ErrorCode.INVALID_REQUEST,
    ],
    ['with a replica that is about to stop', { stopping: [3] }, {}, ErrorCode.INELIGIBLE_REPLICA],
    ['with a fenced replica', { fenced: [3] }, {}, ErrorCode.INELIGIBLE_REPLICA],
    [
      'with an earlier incarnation of a replica',
      {},
      { isr: [...members(1, 2), { brokerId: 3, brokerEpoch: 2 }] },
      ErrorCode.INELIGIBLE_REPLICA,
    ],
  ];

  test.each(refusals)('%s', (_, setting, change, errorCode) => {
    const { result, partition } = asked(setting, change);
    expect(result).toEqual({ kind: 'refused', errorCode });
    expect(partition).toEqual(asked(setting, { topicId: 'NOBODYAAAAAAAAAAAAAAAQ' }).partition);
  });

  test('the epoch of a replica does not matter where none is named', () => {
    const isr = [1, 2, 3].map((brokerId) => ({ brokerId, brokerEpoch: -1 }));
    expect(asked({ partition: { isr: [1] } }, { isr }).partition.isr).toEqual([1, 2, 3]);
  });
});
