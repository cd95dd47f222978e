import { expect, test } from 'vitest';
import { viewOf } from '../../test/metadata/controller-view.ts';
import { type ClusterSetting, clusterWith, partitionAfter } from '../../test/metadata/three-brokers.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { balanceLeaders, electLeaders, electUncleanLeaders, type WantedElections } from './elect-leaders.ts';

const orders = [{ topic: 'orders', partitionId: 0 }];

function elected(setting: ClusterSetting, wanted: Partial<WantedElections> = {}) {
  const image = clusterWith(setting);
  const { records, response } = electLeaders(viewOf(image), {
    kind: 'preferred',
    partitions: orders,
    ...wanted,
  });
  const codes = response.map(({ errorCode }) => errorCode);
  return { codes, leader: partitionAfter(image, records).leader, response };
}

test('the preferred leader takes the lead back', () => {
  expect(elected({ partition: { leader: 2 } })).toMatchObject({ codes: [ErrorCode.NONE], leader: 1 });
});

test('an election that is not needed is said to be so, and is left out when all were asked for', () => {
  expect(elected({}).codes).toEqual([ErrorCode.ELECTION_NOT_NEEDED]);
  expect(elected({}, { partitions: null }).codes).toEqual([]);
  expect(elected({ partition: { leader: 3 } }, { partitions: null })).toMatchObject({ leader: 1 });
});

test('a preferred leader that is not in sync, or fenced, is not available', () => {
  const outOfSync = elected({ partition: { leader: 2, isr: [2, 3] } });
  expect(outOfSync).toMatchObject({ codes: [ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE], leader: 2 });
  const fenced = elected({ partition: { leader: 2 }, fenced: [1] });
  expect(fenced).toMatchObject({ codes: [ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE], leader: 2 });
});

test('an unclean election takes whoever is alive, once nobody leads', () => {
  const stuck = { isr: [1], leader: -1 };
  const kind = 'unclean';
  expect(elected({ partition: stuck, fenced: [1] }, { kind })).toMatchObject({ codes: [0], leader: 2 });
  expect(elected({}, { kind }).codes).toEqual([ErrorCode.ELECTION_NOT_NEEDED]);
  const nobody = elected({ partition: stuck, fenced: [1, 2, 3] }, { kind });
  expect(nobody.codes).toEqual([ErrorCode.ELIGIBLE_LEADERS_NOT_AVAILABLE]);
});

test('what does not exist is unknown', () => {
  const partitions = [
    { topic: 'nothing', partitionId: 0 },
    { topic: 'orders', partitionId: 9 },
  ];
  const { response } = elected({}, { partitions });
  expect(response.map(({ errorCode, errorMessage }) => [errorCode, errorMessage])).toEqual([
    [ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, 'No such topic as nothing'],
    [ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, 'No such partition as orders-9'],
  ]);
});

test('balancing moves leaders back, a number of them at a time', () => {
  const image = clusterWith({ partition: { leader: 2 } });
  expect(balanceLeaders(viewOf(image), 0).response).toEqual({ isDone: false });
  const { records, response } = balanceLeaders(viewOf(image), 10);
  expect(response).toEqual({ isDone: true });
  expect(partitionAfter(image, records).leader).toBe(1);
});

test('without being asked, an unclean election takes place only where the configs allow it', () => {
  const partition = { isr: [], eligibleLeaderReplicas: [1], leader: -1 };
  const unclean = (configs: Readonly<Record<string, string>>, limit = 10) => {
    const image = clusterWith({ partition, fenced: [1], configs });
    const { records, response } = electUncleanLeaders(viewOf(image), limit);
    return { ...response, partition: partitionAfter(image, records) };
  };
  expect(unclean({}).partition.leader).toBe(-1);
  const allowed = { 'unclean.leader.election.enable': 'true' };
  expect(unclean(allowed)).toMatchObject({
    isDone: true,
    partition: { leader: 2, isr: [2], leaderRecoveryState: 1 },
  });
  expect(unclean(allowed, 0)).toMatchObject({ isDone: false, partition: { leader: -1 } });
});
