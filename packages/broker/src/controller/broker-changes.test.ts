import { describe, expect, test } from 'vitest';
import { viewOf } from '../../test/metadata/controller-view.ts';
import { type ClusterSetting, clusterWith, partitionAfter } from '../../test/metadata/three-brokers.ts';
import type { MetadataRecord } from '../metadata/metadata-record.ts';
import {
  changesWhenDirectoryFails,
  changesWhenLeaving,
  changesWhenReturning,
  changesWhenUnclean,
} from './broker-changes.ts';
import type { ControllerView } from './decision.ts';

function outcomeOf(setting: ClusterSetting, decide: (view: ControllerView) => readonly MetadataRecord[]) {
  const image = clusterWith(setting);
  return partitionAfter(image, decide(viewOf(image)));
}

describe('a broker leaves', () => {
  test('its partitions get another leader, and it is in sync nowhere', () => {
    const partition = outcomeOf({}, (view) => changesWhenLeaving(view, 1));
    expect(partition).toMatchObject({ leader: 2, isr: [2, 3], leaderEpoch: 1 });
  });

  test('a follower leaves its leader alone', () => {
    const partition = outcomeOf({}, (view) => changesWhenLeaving(view, 3));
    expect(partition).toMatchObject({ leader: 1, isr: [1, 2], leaderEpoch: 0, partitionEpoch: 1 });
  });

  test('a fenced broker is not elected though it is in sync', () => {
    const partition = outcomeOf({ fenced: [2] }, (view) => changesWhenLeaving(view, 1));
    expect(partition).toMatchObject({ leader: 3, isr: [2, 3] });
  });

  test('nothing is changed where it has no replica in sync', () => {
    const image = clusterWith({ partition: { isr: [1, 2] } });
    expect(changesWhenLeaving(viewOf(image), 3)).toEqual([]);
  });

  test('the topic says whether an out-of-sync replica may take over', () => {
    const partition = { isr: [1] };
    const kept = outcomeOf({ partition }, (view) => changesWhenLeaving(view, 1));
    expect(kept).toMatchObject({ leader: -1, isr: [], eligibleLeaderReplicas: [1], lastKnownElr: [1] });
    const configs = { 'unclean.leader.election.enable': 'true' };
    const lost = outcomeOf({ partition, configs }, (view) => changesWhenLeaving(view, 1));
    expect(lost).toMatchObject({ leader: 2, isr: [2], leaderRecoveryState: 1 });
  });
});

describe('a broker returns', () => {
  const alone = { isr: [], leader: -1, eligibleLeaderReplicas: [2], lastKnownElr: [1] };

  test('it leads what had no leader, though it is still fenced while that is decided', () => {
    const partition = outcomeOf({ partition: alone, fenced: [1, 2, 3] }, (view) =>
      changesWhenReturning(view, 2, 1000),
    );
    expect(partition).toMatchObject({ leader: 2, isr: [2], leaderEpoch: 1 });
  });

  test('it leads no more at once than it is given leave to', () => {
    const partition = outcomeOf({ partition: alone, fenced: [1, 2, 3] }, (view) =>
      changesWhenReturning(view, 2, 0),
    );
    expect(partition.leader).toBe(-1);
  });

  test('it leads nothing that it may not', () => {
    const image = clusterWith({ partition: alone, fenced: [1, 2, 3] });
    expect(changesWhenReturning(viewOf(image), 3, 1000)).toEqual([]);
  });

  test('without a clean shutdown it is eligible nowhere', () => {
    const partition = outcomeOf({ partition: alone, fenced: [1, 2, 3] }, (view) =>
      changesWhenUnclean(view, 2),
    );
    expect(partition).toMatchObject({ leader: -1, eligibleLeaderReplicas: [], lastKnownElr: [1] });
    const inSync = outcomeOf({ partition: { isr: [1, 2] } }, (view) => changesWhenUnclean(view, 2));
    expect(inSync).toMatchObject({ leader: 1, isr: [1], eligibleLeaderReplicas: [] });
  });
});

test('a directory that fails takes only its own partitions along', () => {
  const other = 'OTHERAAAAAAAAAAAAAAAAQ';
  const partition = { directories: [other, 'DIRECTORYAAAAAAAAAAAAQ', 'DIRECTORYAAAAAAAAAAAAQ'] };
  const image = clusterWith({ partition });
  expect(changesWhenDirectoryFails(viewOf(image), 1, 'DIRECTORYAAAAAAAAAAAAQ')).toEqual([]);
  const failed = partitionAfter(image, changesWhenDirectoryFails(viewOf(image), 1, other));
  expect(failed).toMatchObject({ leader: 2, isr: [2, 3] });
});

test('a replica whose directory its broker does not have online leads nothing', () => {
  const directories = ['DIRECTORYAAAAAAAAAAAAQ', 'OTHERAAAAAAAAAAAAAAAAQ', 'DIRECTORYAAAAAAAAAAAAQ'];
  const partition = outcomeOf({ partition: { directories } }, (view) => changesWhenLeaving(view, 1));
  expect(partition.leader).toBe(3);
});
